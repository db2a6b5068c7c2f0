package dev.sluice.cli.ask;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.Lines;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.manifest.ManifestFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The nodes that pods need to get an address and that no manifest declares: people keep policies
 * and workloads in files, but seldom nodes. They are like the lab's, with room for every pod.
 */
final class MissingNodes {
  /** What made nodes are said to come from. */
  static final String FILE = "(made up)";

  private static final List<Object> POD_CIDRS = List.of("10.0.0.0/16", "fd00:10::/48");
  private static final String NODE = "Node";

  private final TreeMap<String, Map<String, Object>> labelsByName = new TreeMap<>();
  private final TreeSet<String> declared = new TreeSet<>();
  private final TreeSet<String> named = new TreeSet<>();
  private final List<Map<String, Object>> wishes = new ArrayList<>();

  private MissingNodes() {}

  /** The files, in which every Node gives addresses, and one more with the missing nodes. */
  static List<ManifestFile> add(List<ManifestFile> files) {
    MissingNodes nodes = new MissingNodes();
    files.forEach(file -> file.manifests().forEach(nodes::read));
    List<ManifestFile> all = new ArrayList<>();
    for (ManifestFile file : files) {
      List<Manifest> manifests = file.manifests().stream().map(MissingNodes::withCidrs).toList();
      all.add(new ManifestFile(file.file(), file.hash(), manifests, file.problems()));
    }
    List<Manifest> made = nodes.make();
    if (!made.isEmpty()) {
      all.add(new ManifestFile(FILE, "", made, List.of()));
    }
    return all;
  }

  private void read(Manifest manifest) {
    switch (manifest.key().kind()) {
      case NODE -> declared.add(manifest.key().name());
      case "Pod" -> wish(map(manifest.body(), "spec"));
      default -> {
        Map<String, Object> spec = map(manifest.body(), "spec");
        Map<String, Object> job = map(map(spec, "jobTemplate"), "spec"); // of a CronJob
        Map<String, Object> template = map(job.isEmpty() ? spec : job, "template");
        if (!template.isEmpty()) {
          wish(map(template, "spec"));
        }
      }
    }
  }

  private void wish(Map<String, Object> podSpec) {
    if (podSpec.get("nodeName") instanceof String name && !name.isEmpty()) {
      named.add(name);
    } else {
      Map<String, Object> labels = map(podSpec, "nodeSelector");
      if (!wishes.contains(labels)) {
        wishes.add(labels);
      }
    }
  }

  private List<Manifest> make() {
    named.stream().filter(name -> !declared.contains(name)).forEach(n -> put(n, Map.of()));
    if (declared.isEmpty()) {
      for (Map<String, Object> labels : wishes) {
        if (labels.isEmpty() && !labelsByName.isEmpty()) {
          continue;
        }
        int number = 1;
        while (labelsByName.containsKey("node-" + number)) {
          number++;
        }
        put("node-" + number, labels);
      }
    }
    List<Manifest> made = new ArrayList<>();
    int index = 0;
    for (Map.Entry<String, Map<String, Object>> node : labelsByName.entrySet()) {
      made.add(manifest(node.getKey(), node.getValue(), ++index));
    }
    return made;
  }

  private void put(String name, Map<String, Object> labels) {
    labelsByName.put(name, labels);
  }

  private static Manifest manifest(String name, Map<String, Object> labels, int index) {
    Map<String, Object> body = new TreeMap<>();
    body.put("apiVersion", "v1");
    body.put("kind", NODE);
    body.put("metadata", new TreeMap<>(Map.of("name", name, "labels", new TreeMap<>(labels))));
    body.put("spec", new TreeMap<>(Map.of("podCIDRs", POD_CIDRS)));
    body.put(
        "status",
        Map.of(
            "addresses",
            List.of(
                Map.of("type", "InternalIP", "address", "172.31.0." + index % 254),
                Map.of(
                    "type", "InternalIP", "address", "fd00:31::" + Integer.toHexString(index)))));
    return new Manifest(
        new ObjectKey(NODE, "", name), "v1", body, FILE, new Lines(0, Map.of(), List.of()));
  }

  private static Manifest withCidrs(Manifest manifest) {
    Map<String, Object> spec = map(manifest.body(), "spec");
    if (!manifest.key().kind().equals(NODE)
        || spec.containsKey("podCIDRs")
        || spec.containsKey("podCIDR")) {
      return manifest;
    }
    Map<String, Object> roomy = new TreeMap<>(spec);
    roomy.put("podCIDRs", POD_CIDRS);
    Map<String, Object> body = new TreeMap<>(manifest.body());
    body.put("spec", roomy);
    return new Manifest(
        manifest.key(), manifest.apiVersion(), body, manifest.file(), manifest.lines());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Map<String, Object> object, String field) {
    return object.get(field) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
