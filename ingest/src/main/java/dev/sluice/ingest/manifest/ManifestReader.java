package dev.sluice.ingest.manifest;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.Problem;
import dev.sluice.schemas.convert.JsonTree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads a file of manifests: YAML with any number of documents, or JSON. A file is taken whole or
 * not at all. Pure and thread-safe.
 */
public final class ManifestReader {
  /** What a namespaced object without a namespace gets. */
  public static final String DEFAULT_NAMESPACE = "default";

  /** The largest object, in characters of JSON: what fits into one record of the log. */
  public static final int LARGEST_BODY = 900_000;

  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private ManifestReader() {}

  /**
   * @param file what the file is called in problems: its path relative to the folder
   */
  public static ManifestFile read(String file, byte[] content) {
    String hash = ContentHash.of(content);
    List<Manifest> manifests = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    try {
      Map<ObjectKey, Integer> seen = new HashMap<>();
      for (YamlTree.Document document : documents(content)) {
        try {
          Manifest manifest = manifest(file, document);
          Integer first = seen.putIfAbsent(manifest.key(), manifest.line());
          if (first != null) {
            throw new ManifestException(
                "duplicate-object",
                manifest.line(),
                "",
                manifest.key() + " stands here a second time, first on line " + first);
          }
          manifests.add(manifest);
        } catch (ManifestException e) {
          problems.add(problem(file, e));
        }
      }
    } catch (ManifestException e) {
      problems.add(problem(file, e));
    }
    return new ManifestFile(file, hash, problems.isEmpty() ? manifests : List.of(), problems);
  }

  private static Problem problem(String file, ManifestException e) {
    return Problem.ofFile(e.code(), file, e.line(), e.path(), e.getMessage());
  }

  private static List<YamlTree.Document> documents(byte[] content) throws ManifestException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new ManifestException("yaml", 0, "", "not UTF-8 text");
    }
    List<YamlTree.Document> documents = new ArrayList<>();
    for (YamlTree.Document document : new YamlTree().read(text)) {
      if (document.value() instanceof Map<?, ?> map
          && map.get("kind") instanceof String kind
          && kind.equals("List")
          && map.get("items") instanceof List<?> items) {
        Lines lines = document.lines().below("items");
        for (int i = 0; i < items.size(); i++) {
          documents.add(new YamlTree.Document(items.get(i), lines.items().get(i)));
        }
      } else {
        documents.add(document);
      }
    }
    return documents;
  }

  @SuppressWarnings("unchecked")
  private static Manifest manifest(String file, YamlTree.Document document)
      throws ManifestException {
    Lines lines = document.lines();
    if (!(document.value() instanceof Map<?, ?> map)) {
      throw new ManifestException(
          "wrong-type",
          lines.line(),
          "",
          "expected an object with apiVersion, kind and metadata, found "
              + Fields.describe(document.value()));
    }
    Map<String, Object> body = (Map<String, Object>) map;
    Fields object = new Fields(body, lines, "");
    String apiVersion = object.requiredText("apiVersion");
    String kind = object.requiredText("kind");
    if (!KIND.matcher(kind).matches()) {
      throw new ManifestException(
          "wrong-value",
          object.line("kind"),
          "kind",
          "'" + kind + "' is not a kind: letters and digits, as in CiliumNetworkPolicy");
    }
    Fields metadata = object.requiredFields("metadata");
    String name = metadata.requiredText("name");
    require(NAME, name, metadata, "name");
    String namespace = namespace(kind, metadata);
    metadata.labels("labels");
    metadata.texts("annotations");
    metadata.text("uid");
    ObjectKey key = new ObjectKey(kind, namespace, name);
    KindChecks.check(key, object);
    Map<String, Object> defaulted = withNamespace(body, metadata.values(), namespace);
    if (JsonTree.print(defaulted).length() > LARGEST_BODY) {
      throw new ManifestException(
          "too-large", lines.line(), "", "the object is larger than " + LARGEST_BODY + " bytes");
    }
    return new Manifest(key, apiVersion, defaulted, file, lines);
  }

  private static String namespace(String kind, Fields metadata) throws ManifestException {
    String namespace = metadata.text("namespace");
    if (KindScope.isClusterScoped(kind)) {
      if (namespace != null && !namespace.isEmpty()) {
        throw new ManifestException(
            "wrong-value",
            metadata.line("namespace"),
            metadata.path("namespace"),
            "a " + kind + " is in no namespace: remove the field");
      }
      return "";
    }
    if (namespace == null || namespace.isEmpty()) {
      return DEFAULT_NAMESPACE;
    }
    require(NAMESPACE, namespace, metadata, "namespace");
    return namespace;
  }

  private static void require(Pattern pattern, String text, Fields fields, String field)
      throws ManifestException {
    if (!pattern.matcher(text).matches()) {
      throw new ManifestException(
          "wrong-value",
          fields.line(field),
          fields.path(field),
          "'" + text + "' is not a name: lower case letters, digits, '-' and '.'");
    }
  }

  private static Map<String, Object> withNamespace(
      Map<String, Object> body, Map<String, Object> metadata, String namespace) {
    if (namespace.isEmpty() || namespace.equals(metadata.get("namespace"))) {
      return body;
    }
    Map<String, Object> defaulted = new TreeMap<>(metadata);
    defaulted.put("namespace", namespace);
    Map<String, Object> whole = new TreeMap<>(body);
    whole.put("metadata", Collections.unmodifiableMap(defaulted));
    return Collections.unmodifiableMap(whole);
  }
}
