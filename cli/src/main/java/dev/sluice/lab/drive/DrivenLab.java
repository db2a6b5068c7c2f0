package dev.sluice.lab.drive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.Main;
import dev.sluice.lab.CgroupTree;
import dev.sluice.lab.LabFiles;
import dev.sluice.lab.LabNames;
import dev.sluice.lab.Sandbox;
import dev.sluice.lab.Targets;
import dev.sluice.lab.Teardown;
import dev.sluice.lab.Waiting;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * A lab in a directory of its own, driven by the commands that a user has; {@link #close()} leaves
 * nothing of it. One thread makes and closes it, commands may come from any.
 */
public class DrivenLab implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Tries all addresses at once and prints those that accept a connection. */
  private static final String PROBE =
      """
      import asyncio, sys
      async def probe(address):
          try:
              _, w = await asyncio.wait_for(asyncio.open_connection(address, sys.argv[1]), 2)
              w.close()
              print(address)
          except Exception:
              pass
      async def main():
          await asyncio.gather(*[probe(a) for a in sys.argv[2:]])
      asyncio.run(main())
      """;

  /** How a command ended and what it said. */
  public record Result(int status, String text) {}

  private final Path data;
  private final Queue<Process> background = new ConcurrentLinkedQueue<>();

  /** A lab that does not run yet, in a new directory whose name begins like this. */
  protected DrivenLab(String prefix) {
    try {
      data = Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts it and waits until every pod runs.
   *
   * @param options of {@code lab up}, as they are typed
   * @throws IllegalStateException when it does not start, or anything is refused
   */
  protected final void bringUp(int nodes, String manifests, List<String> options) {
    List<String> words = new ArrayList<>(List.of("lab", "up", "--detach", "--nodes", "" + nodes));
    words.addAll(List.of("-f", file(manifests).toString()));
    words.addAll(options);
    mustSluice(words.toArray(String[]::new));
  }

  public final Path data() {
    return data;
  }

  /** A new file with this text, gone with the lab's directory. */
  public final Path file(String text) {
    try {
      return Files.writeString(Files.createTempFile(data, "given", ".yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command of {@code sluice} on this lab. */
  public final Result sluice(String... words) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--data", data.toString()));
    int status =
        Main.commandLine().setOut(writer).setErr(writer).execute(all.toArray(String[]::new));
    writer.flush();
    return new Result(status, text.toString());
  }

  /**
   * As {@link #sluice}; returns what it printed.
   *
   * @throws IllegalStateException when it fails, with what it said
   */
  public final String mustSluice(String... words) {
    Result result = sluice(words);
    if (result.status() != 0) {
      throw new IllegalStateException(
          "sluice %s ended with %d: %s"
              .formatted(String.join(" ", words), result.status(), result.text().strip()));
    }
    return result.text();
  }

  /** What a command prints with {@code -o json}. */
  public final JsonNode json(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("-o", "json"));
    try {
      return MAPPER.readTree(mustSluice(all.toArray(String[]::new)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Applies manifests, all of which must be accepted, and waits until they are enforced. */
  public final String apply(String manifests) {
    return change("apply", manifests);
  }

  /** Deletes the objects of manifests and waits until that is enforced. */
  public final String delete(String manifests) {
    return change("delete", manifests);
  }

  private String change(String command, String manifests) {
    Path file = file(manifests);
    try {
      String said = mustSluice("lab", command, "-f", file.toString(), "--timeout", "120s");
      Files.delete(file);
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public final void kill(String component) {
    mustSluice("lab", "kill", component);
  }

  public final void start(String component) {
    mustSluice("lab", "start", component);
  }

  public final JsonNode status() {
    return json("lab", "status");
  }

  /** A pod's addresses, IPv4 first. */
  public final List<String> addresses(String pod) {
    for (JsonNode each : status().path("pods")) {
      if (pod.equals(each.path("namespace").asText() + "/" + each.path("name").asText())) {
        List<String> ips = new ArrayList<>();
        each.path("ips").forEach(ip -> ips.add(ip.asText()));
        return ips;
      }
    }
    throw new IllegalStateException("the lab has no pod " + pod);
  }

  /** {@code bare/…}: in the network of a pod or node, but in no cgroup of a node. */
  private Sandbox sandbox(String target) {
    if (target.startsWith("bare/")) {
      Path cgroup = CgroupTree.of(LabNames.of(data)).root();
      return new Sandbox(sandbox(target.substring("bare/".length())).netns(), cgroup);
    }
    boolean special = target.startsWith("outside/") || target.startsWith("node/");
    return Targets.find(new LabFiles(data), special ? target : "pod/" + target)
        .orElseThrow(() -> new IllegalStateException("the lab has no " + target));
  }

  private ProcessBuilder command(String target, String... command) {
    return new ProcessBuilder(sandbox(target).command(List.of(command)))
        .redirectErrorStream(true)
        .redirectInput(new File("/dev/null"));
  }

  /** Runs a command in NS/POD, outside/NAME or node/N to its end. */
  public final Result exec(String target, String... command) {
    try {
      Process process = command(target, command).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Starts a command that goes on until the lab is closed; its output is in the returned file. */
  public final Path spawn(String target, String... command) {
    try {
      Path output = Files.createTempFile(data, "out", ".txt");
      background.add(command(target, command).redirectOutput(output.toFile()).start());
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a TCP connection opens within a second. */
  public final boolean connects(String from, String address, int port) {
    String script = "exec 3<>/dev/tcp/" + address + "/" + port;
    return exec(from, "timeout", "1", "bash", "-c", script).status() == 0;
  }

  /**
   * Waits for a server to answer, as its process takes a while to listen.
   *
   * @throws IllegalStateException when it does not
   */
  public final void awaitConnects(String from, String address, int port) {
    if (!Waiting.until(PATIENCE, () -> connects(from, address, port))) {
      throw new IllegalStateException(from + " should reach " + address + ":" + port);
    }
  }

  /** Which of these addresses accept a connection within two seconds; all are tried at once. */
  public final Set<String> reached(String from, Collection<String> addresses, int port) {
    List<String> words = new ArrayList<>(List.of("python3", "-c", PROBE, "" + port));
    words.addAll(addresses);
    return Set.copyOf(exec(from, words.toArray(String[]::new)).text().lines().toList());
  }

  /** Takes everything down but the lab's directory. */
  protected final void takeDown() {
    background.forEach(Process::destroyForcibly);
    new Teardown(new LabFiles(data)).down();
  }

  /** Deletes the lab's directory. */
  protected final void deleteFiles() throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    takeDown();
    deleteFiles();
  }
}
