package dev.sluice.lab;

import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * One object of somebody's manifest files, with the text it was written in. What it means is
 * ingest's to judge; here it only needs a name.
 *
 * @param source file and line, for people
 * @param kind empty when it could not be read
 * @param namespace empty for kinds outside namespaces
 * @param text the document as written
 * @param body parsed; empty when it could not be
 * @param problem why it cannot be taken at all; empty when it can
 */
public record Manifest(
    String source,
    String kind,
    String namespace,
    String name,
    String text,
    Map<String, Object> body,
    String problem) {
  private static final Set<String> CLUSTER_SCOPED = Set.of("Namespace", "Node", "OutsideHost");

  /** What a manifest is called in answers: {@code Kind namespace/name}. */
  public String title() {
    if (kind.isEmpty()) {
      return source;
    }
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }

  /** Where it is kept in the folder that ingest watches. */
  String fileName() {
    String readable = (kind + "_" + namespace + "_" + name).replaceAll("[^A-Za-z0-9._-]", "-");
    return readable.substring(0, Math.min(readable.length(), 180)) + ".yaml";
  }

  /**
   * All objects of files and folders (their .yaml, .yml and .json files, sorted, and of folders in
   * them), in order. An object that cannot be read is in the list with its problem.
   *
   * @throws Refusal when a path does not exist
   */
  public static List<Manifest> read(List<Path> paths) {
    List<Manifest> all = new ArrayList<>();
    for (Path path : paths) {
      for (Path file : files(path)) {
        try {
          all.addAll(parse(file.toString(), Files.readString(file)));
        } catch (IOException e) {
          throw new Refusal("Cannot read " + file + ": " + e, e);
        }
      }
    }
    return all;
  }

  private static List<Path> files(Path path) {
    if (!Files.exists(path)) {
      throw new Refusal("There is no file or folder " + path);
    }
    try (Stream<Path> found = Files.walk(path)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> file.equals(path) || file.toString().matches(".*\\.(ya?ml|json)"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new Refusal("Cannot list " + path + ": " + e, e);
    }
  }

  /** The documents of one text; {@code ---} in the first column can only be a border in YAML. */
  static List<Manifest> parse(String file, String text) {
    List<Manifest> all = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    int first = 1;
    int line = 0;
    for (String each : text.split("\n", -1)) {
      line++;
      if (each.equals("---") || each.startsWith("--- ")) {
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
      Object parsed = new Load(LoadSettings.builder().build()).loadFromString(text);
      Map<String, Object> body = PodSpec.map(parsed);
      if (PodSpec.text(body.get("kind")).equals("List")) {
        for (Object item : PodSpec.list(body.get("items"))) {
          all.add(of(source, yaml(item), PodSpec.map(item)));
        }
      } else {
        all.add(of(source, text, body));
      }
    } catch (YamlEngineException e) {
      all.add(refused(source, text, "not YAML: " + e.getMessage().strip()));
    }
  }

  private static String yaml(Object item) {
    return JsonText.yaml(JsonText.MAPPER.valueToTree(item));
  }

  private static Manifest of(String source, String text, Map<String, Object> body) {
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
    return new Manifest(source, kind, namespace, name, text, body, "");
  }

  private static boolean clusterScoped(String kind) {
    return CLUSTER_SCOPED.contains(kind) || kind.contains("Cluster");
  }

  private static Manifest refused(String source, String text, String problem) {
    return new Manifest(source, "", "", "", text, Map.of(), problem.replaceAll("\\s*\\R\\s*", " "));
  }
}
