package dev.sluice.bench.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.Main;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import dev.sluice.lab.Sandbox;
import dev.sluice.lab.Targets;
import dev.sluice.lab.Teardown;
import dev.sluice.lab.Waiting;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The lab that is soaked, driven by the commands a user has; {@link #close()} leaves nothing. */
final class SoakLab implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path data;
  private final List<Process> background = new ArrayList<>();
  private final List<Closeable> closing = new ArrayList<>();

  private SoakLab(Path data) {
    this.data = data;
  }

  /** Starts a lab and waits until every pod runs. */
  static SoakLab up(int nodes, String manifests) {
    try {
      SoakLab lab = new SoakLab(Files.createTempDirectory("sluice-soak"));
      try {
        lab.mustSluice(
            "lab", "up", "--detach", "--nodes", "" + nodes, "-f", lab.file(manifests).toString());
        return lab;
      } catch (RuntimeException e) {
        lab.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String text) {
    try {
      return Files.writeString(Files.createTempFile(data, "soak", ".yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Applies manifests and waits until they are enforced. */
  void apply(String manifests) {
    withFile("apply", manifests);
  }

  /** Deletes the objects of manifests and waits until that is enforced. */
  void delete(String manifests) {
    withFile("delete", manifests);
  }

  private void withFile(String command, String manifests) {
    Path file = file(manifests);
    try {
      mustSluice("lab", command, "-f", file.toString(), "--timeout", "120s");
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void kill(String component) {
    mustSluice("lab", "kill", component);
  }

  void start(String component) {
    mustSluice("lab", "start", component);
  }

  /** What a command prints with {@code -o json}. */
  JsonNode json(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("-o", "json"));
    try {
      return MAPPER.readTree(mustSluice(all.toArray(String[]::new)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a command of {@code sluice} on this lab.
   *
   * @throws IllegalStateException when it fails, with what it said
   */
  String mustSluice(String... words) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--data", data.toString()));
    int status =
        Main.commandLine().setOut(writer).setErr(writer).execute(all.toArray(String[]::new));
    writer.flush();
    if (status != 0) {
      throw new IllegalStateException(
          "sluice %s ended with %d: %s"
              .formatted(String.join(" ", words), status, text.toString().strip()));
    }
    return text.toString();
  }

  LabHandle handle() {
    return LabHandle.open(data);
  }

  /** The processes that run now. */
  List<LabState.Component> processes() {
    return handle().state().components().stream().filter(c -> c.process() != null).toList();
  }

  /** A pod's addresses, IPv4 first. */
  List<String> addresses(String pod) {
    for (JsonNode each : json("lab", "status").path("pods")) {
      if (pod.equals(each.path("namespace").asText() + "/" + each.path("name").asText())) {
        List<String> ips = new ArrayList<>();
        each.path("ips").forEach(ip -> ips.add(ip.asText()));
        return ips;
      }
    }
    throw new IllegalStateException("the lab has no pod " + pod);
  }

  private Sandbox sandbox(String target) {
    boolean special = target.startsWith("outside/") || target.startsWith("node/");
    return Targets.find(handle().files(), special ? target : "pod/" + target)
        .orElseThrow(() -> new IllegalStateException("the lab has no " + target));
  }

  /** Runs a command in a pod (or outside/NAME, node/N) to its end; returns what it printed. */
  String exec(String target, String... command) {
    try {
      Process process =
          new ProcessBuilder(sandbox(target).command(List.of(command)))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Starts a command that goes on; its output is in the returned file. */
  Path spawn(String target, String... command) {
    try {
      Path output = Files.createTempFile(data, "out", ".txt");
      background.add(
          new ProcessBuilder(sandbox(target).command(List.of(command)))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(output.toFile())
              .start());
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a server in a pod answers its own node, which every policy lets in. */
  void awaitServer(String pod, int node, int port) {
    String address = addresses(pod).getFirst();
    String script = "exec 3<>/dev/tcp/" + address + "/" + port;
    boolean there =
        Waiting.until(
            Duration.ofSeconds(30),
            () ->
                exec("node/" + node, "timeout", "1", "bash", "-c", script + " && echo open")
                    .contains("open"));
    if (!there) {
      throw new IllegalStateException(pod + " does not answer its own node");
    }
  }

  /** Closes something with the lab, before it. */
  <T extends Closeable> T closing(T resource) {
    closing.add(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : closing) {
      each.close();
    }
    background.forEach(Process::destroyForcibly);
    new Teardown(new dev.sluice.lab.LabFiles(data)).down();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
