package dev.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.output.JsonText;
import dev.sluice.lab.CgroupTree;
import dev.sluice.lab.LabHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A lab of a benchmark, in a directory of its own; {@link #close()} leaves nothing of it. */
final class BenchLab implements AutoCloseable {
  private final Path data;

  private BenchLab(Path data) {
    this.data = data;
  }

  /**
   * Starts a lab with these manifests and waits until every pod runs.
   *
   * @param settings {@code key=value}
   */
  static BenchLab up(int nodes, String manifests, String... settings) throws IOException {
    return up(List.of(), nodes, manifests, settings);
  }

  /** As {@link #up}, for a world that the small heaps of a lab's processes do not hold. */
  static BenchLab large(int nodes, String manifests, String... settings) throws IOException {
    return up(List.of("env", "SLUICE_LAB_JAVA_OPTIONS=-Xmx1500m"), nodes, manifests, settings);
  }

  private static BenchLab up(List<String> prefix, int nodes, String manifests, String... settings)
      throws IOException {
    BenchLab lab = new BenchLab(Files.createTempDirectory("sluice-bench"));
    Leftovers.opened(lab);
    try {
      Path file =
          Files.writeString(lab.data.resolveSibling(lab.data.getFileName() + ".yaml"), manifests);
      try {
        List<String> arguments =
            new ArrayList<>(
                List.of("lab", "up", "-f", file.toString(), "--nodes", "" + nodes, "--detach"));
        for (String setting : settings) {
          arguments.addAll(List.of("--set", setting));
        }
        lab.sluice(prefix, arguments.toArray(String[]::new));
      } finally {
        Files.delete(file);
      }
      return lab;
    } catch (RuntimeException | IOException e) {
      lab.close();
      throw e;
    }
  }

  /**
   * Adds a world of records: one file, read by ingest without anybody waiting for its pods, which
   * no machine runs. Returns when two policies, applied behind it, are realised: {@code after},
   * which ingest may have read in one step with the world, and one that it has read later.
   */
  void addWorld(String world, String after) throws IOException {
    write("world", world);
    for (String policy : List.of(after, World.policy("bench", "later", "later", "client"))) {
      Path file = Files.writeString(data.resolve("after.yaml"), policy);
      sluice("lab", "apply", "-f", file.toString(), "--timeout", "300s");
    }
  }

  /** Runs {@code sluice} on this lab and returns what it printed. */
  String sluice(String... arguments) {
    return sluice(List.of(), arguments);
  }

  private String sluice(List<String> prefix, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("sluice.home")).resolve("sluice").toString());
    command.addAll(Arrays.asList(arguments));
    int dashes = command.indexOf("--");
    command.addAll(dashes < 0 ? command.size() : dashes, List.of("--data", data.toString()));
    return Shell.run(command);
  }

  /**
   * Keeps what in a cluster runs on other machines off the CPUs where a node's traffic is measured:
   * everything but the applier stays on these CPUs.
   *
   * @param cpus as taskset(1) lists them
   */
  void keepControlPlaneOn(String cpus) throws IOException {
    JsonNode status = JsonText.MAPPER.readTree(sluice("lab", "status", "-o", "json"));
    for (JsonNode component : status.path("components")) {
      if (!component.path("name").asText().equals("node-applier")) {
        Shell.run("taskset", "-a", "-p", "-c", cpus, component.path("pid").asText());
      }
    }
  }

  /** IPv4 address of a pod. */
  String podAddress(String pod) throws IOException {
    JsonNode status = JsonText.MAPPER.readTree(sluice("lab", "status", "-o", "json"));
    for (JsonNode one : status.path("pods")) {
      if (one.path("name").asText().equals(pod)) {
        for (JsonNode ip : one.path("ips")) {
          if (ip.asText().indexOf(':') < 0) {
            return ip.asText();
          }
        }
      }
    }
    throw new IllegalStateException("pod " + pod + " has no IPv4 address: " + status);
  }

  /**
   * Puts a file into the folder that ingest watches, whole at once.
   *
   * @return {@link System#nanoTime} right after
   */
  long write(String name, String text) throws IOException {
    Path ready = data.resolve(name + ".tmp");
    Files.writeString(ready, text);
    Files.move(ready, manifests().resolve(name + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    return System.nanoTime();
  }

  /** Process id of node 1's applier. */
  String applierPid() throws IOException {
    JsonNode status = JsonText.MAPPER.readTree(sluice("lab", "status", "-o", "json"));
    for (JsonNode component : status.path("components")) {
      if (component.path("name").asText().equals("node-applier")) {
        return component.path("pid").asText();
      }
    }
    throw new IllegalStateException("no applier runs: " + status);
  }

  LabHandle handle() {
    return LabHandle.open(data);
  }

  /** The folder whose files the lab's ingest watches. */
  Path manifests() {
    return handle().files().manifests();
  }

  /** Of a pod on node 1. */
  Path podCgroup(String namespace, String pod) {
    return CgroupTree.of(handle().names()).pod("node-1", namespace, pod);
  }

  String podNetns(String namespace, String pod) {
    return handle().names().podNetns(namespace, pod);
  }

  @Override
  public void close() throws IOException {
    try {
      sluice("lab", "down");
    } finally {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
      Leftovers.closed(this);
    }
  }
}
