package dev.sluice.core.golden;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.LanguageRow;
import dev.sluice.core.policy.Yaml;
import dev.sluice.core.proof.CompiledWorld;
import dev.sluice.core.proof.GeneratedWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The cluster of {@code language-world.yaml}, compiled with one more object. */
final class GoldenWorld {
  private static final Path FILE = Path.of("src/test/resources/language-world.yaml");

  /** Uses every group, so that a row about a group has somebody to mean something to. */
  private static final ObjectKey OF_GROUPS = new ObjectKey("CiliumNetworkPolicy", "shop", "groups");

  private GoldenWorld() {}

  /** Without any policy. */
  static CompiledWorld bare() {
    return compiled(objects());
  }

  /** With the row's object, and where that is a group, with a policy of groups. */
  static CompiledWorld with(LanguageRow row) {
    TreeMap<ObjectKey, Map<String, Object>> objects = objects();
    objects.put(row.key(), row.body());
    if (row.isGroup()) {
      objects.put(OF_GROUPS, ofGroups());
    }
    return compiled(objects);
  }

  private static CompiledWorld compiled(TreeMap<ObjectKey, Map<String, Object>> objects) {
    return CompiledWorld.of(new GeneratedWorld(objects, List.of(), List.of()).straight());
  }

  private static Map<String, Object> ofGroups() {
    return Map.of(
        "spec",
        Map.of(
            "endpointSelector",
            Map.of("matchLabels", Map.of("app", "backend")),
            "egress",
            List.of(
                Map.of(
                    "toCIDRSet",
                    List.of(
                        Map.of("cidrGroupRef", "partners"), Map.of("cidrGroupRef", "offices"))))));
  }

  @SuppressWarnings("unchecked")
  private static TreeMap<ObjectKey, Map<String, Object>> objects() {
    try {
      TreeMap<ObjectKey, Map<String, Object>> objects = new TreeMap<>();
      for (Object document : Yaml.documents(Files.readString(FILE))) {
        Map<String, Object> body = (Map<String, Object>) document;
        Map<?, ?> metadata = (Map<?, ?>) body.get("metadata");
        Object namespace = metadata.get("namespace");
        objects.put(
            new ObjectKey(
                body.get("kind").toString(),
                namespace == null ? "" : namespace.toString(),
                metadata.get("name").toString()),
            body);
      }
      return objects;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
