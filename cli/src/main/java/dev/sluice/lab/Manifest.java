package dev.sluice.lab;

import dev.sluice.cli.ManifestFiles;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.JsonText;
import dev.sluice.ingest.manifest.KindScope;
import dev.sluice.ingest.manifest.ManifestReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * One object of somebody's manifest files, with the text it was written in. What it means is
 * ingest's to judge; here it only needs a name.
 *
 * @param source file and line, for people
 * @param firstLine on which line of the file the text begins, from 1; 0 when the file has the
 *     object in another form (an item of a List)
 * @param kind empty when it could not be read
 * @param namespace empty for kinds outside namespaces
 * @param text the document as written
 * @param body parsed; empty when it could not be
 * @param problem why it cannot be taken at all; empty when it can
 */
public record Manifest(
    String source,
    int firstLine,
    String kind,
    String namespace,
    String name,
    String text,
    Map<String, Object> body,
    String problem) {
  private static final int LONGEST_FILE_NAME = 180;

  /** What a manifest is called in answers: {@code Kind namespace/name}. */
  public String title() {
    if (kind.isEmpty()) {
      return source;
    }
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }

  /**
   * Where something of the object stands in the file it came from, {@code file:line}.
   *
   * @param path {@code spec.ingress[0]}; empty for the object itself
   * @param line of {@link #text}, where it is known; 0 where it is not
   */
  String place(String path, int line) {
    if (firstLine == 0) {
      return source;
    }
    int inText =
        ManifestReader.read(source, text.getBytes(StandardCharsets.UTF_8)).manifests().stream()
            .findFirst()
            .filter(read -> !path.isEmpty())
            .map(read -> read.lines().of(path))
            .orElse(line);
    return inText == 0 ? source : file() + ":" + (firstLine + inText - 1);
  }

  private String file() {
    return source.substring(0, source.lastIndexOf(':'));
  }

  /** Where it is kept in the folder that ingest watches: no other object has this file. */
  String fileName() {
    String exact = kind + "_" + namespace + "_" + name;
    String readable = exact.replaceAll("[^A-Za-z0-9._-]", "-");
    if (readable.equals(exact) && exact.length() <= LONGEST_FILE_NAME) {
      return exact + ".yaml";
    }
    return readable.substring(0, Math.min(readable.length(), LONGEST_FILE_NAME))
        + "-"
        + LabNames.hash(exact, 16)
        + ".yaml";
  }

  /**
   * All objects of files and folders, in order. An object that cannot be read is in the list with
   * its problem.
   *
   * @throws Refusal when a path does not exist or cannot be read, or a folder has no manifests
   */
  public static List<Manifest> read(List<Path> paths) {
    List<Manifest> all = new ArrayList<>();
    for (ManifestFiles.Content file : ManifestFiles.read(paths)) {
      try {
        ByteBuffer bytes = ByteBuffer.wrap(file.bytes());
        all.addAll(
            parse(file.name(), StandardCharsets.UTF_8.newDecoder().decode(bytes).toString()));
      } catch (CharacterCodingException e) {
        all.add(refused(file.name(), "", "not UTF-8 text"));
      }
    }
    return all;
  }

  /** The documents of one text; {@code ---} in the first column can only be a border in YAML. */
  static List<Manifest> parse(String file, String text) {
    List<Manifest> all = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    int first = 1;
    int line = 0;
    for (String each : text.split("\n", -1)) {
      line++;
      if (each.stripTrailing().equals("---") || each.startsWith("--- ")) {
        add(all, file, first, document);
        document.setLength(0);
        document.append(each.substring(3));
        first = line;
      } else {
        document.append(each);
      }
      document.append('\n');
    }
    add(all, file, first, document);
    return all;
  }

  private static void add(List<Manifest> all, String file, int line, CharSequence document) {
    String text = document.toString();
    if (text.lines().allMatch(each -> each.isBlank() || each.strip().startsWith("#"))) {
      return;
    }
    int blank = (int) text.lines().takeWhile(String::isBlank).count();
    String source = file + ":" + (line + blank);
    try {
      Object parsed =
          new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(text);
      Map<String, Object> body = PodSpec.map(parsed);
      if (PodSpec.text(body.get("kind")).equals("List")) {
        for (Object item : PodSpec.list(body.get("items"))) {
          all.add(of(source, 0, yaml(item), PodSpec.map(item)));
        }
      } else {
        all.add(of(source, line, text, body));
      }
    } catch (MarkedYamlEngineException e) {
      int within = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(blank);
      all.add(refused(file + ":" + (line + within), text, "not YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      all.add(refused(source, text, "not YAML: " + e.getMessage().strip()));
    }
  }

  private static String yaml(Object item) {
    return JsonText.yaml(JsonText.MAPPER.valueToTree(item));
  }

  private static Manifest of(String source, int firstLine, String text, Map<String, Object> body) {
    Map<String, Object> metadata = PodSpec.map(body.get("metadata"));
    String kind = PodSpec.text(body.get("kind"));
    String name = PodSpec.text(metadata.get("name"));
    if (kind.isEmpty() || name.isEmpty()) {
      return refused(source, text, "an object needs kind and metadata.name");
    }
    String namespace = PodSpec.text(metadata.get("namespace"));
    if (namespace.isEmpty() && !clusterScoped(kind)) {
      namespace = "default";
    }
    return new Manifest(source, firstLine, kind, namespace, name, text, body, "");
  }

  private static boolean clusterScoped(String kind) {
    return KindScope.isClusterScoped(kind);
  }

  private static Manifest refused(String source, String text, String problem) {
    return new Manifest(
        source, 0, "", "", "", text, Map.of(), problem.replaceAll("\\s*\\R\\s*", " "));
  }
}
