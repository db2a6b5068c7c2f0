package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A lab of a test class, driven by the command line. Closing it checks that nothing of it is left
 * on the machine.
 */
final class Lab implements AutoCloseable {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** How a command ended and what it said. */
  record Result(int status, String text) {}

  private final Path data;
  private final List<Process> background = new ArrayList<>();

  private Lab(Path data) {
    this.data = data;
  }

  /** Starts a lab; what it is given must be accepted whole. */
  static Lab up(int nodes, String manifests, String... settings) throws IOException {
    List<String> options = new ArrayList<>();
    for (String setting : settings) {
      options.addAll(List.of("--set", setting));
    }
    return up(nodes, manifests, options);
  }

  /** As above, with options of {@code lab up} as they are typed. */
  static Lab up(int nodes, String manifests, List<String> options) throws IOException {
    Path data = Files.createTempDirectory("sluice-e2e");
    Lab lab = new Lab(data);
    List<String> words = new ArrayList<>(List.of("lab", "up", "--detach", "--nodes", "" + nodes));
    words.addAll(List.of("-f", lab.file(manifests).toString()));
    words.addAll(options);
    Result up = lab.sluice(words.toArray(String[]::new));
    if (up.status() != 0) {
      String logs = lab.logs();
      lab.takeDown();
      assertEquals(0, up.status(), up.text() + "\n" + logs);
    }
    return lab;
  }

  /** A new file with this text, gone with the lab's directory. */
  Path file(String text) throws IOException {
    Path file = Files.createTempFile(data, "test", ".yaml");
    return Files.writeString(file, text);
  }

  Path data() {
    return data;
  }

  Result sluice(String... words) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data.toString()));
    int status =
        Main.commandLine().setOut(writer).setErr(writer).execute(all.toArray(String[]::new));
    writer.flush();
    return new Result(status, text.toString());
  }

  /** Applies manifests that must be accepted. */
  String apply(String manifests) throws IOException {
    Result result = sluice("lab", "apply", "-f", file(manifests).toString());
    assertEquals(0, result.status(), result.text());
    return result.text();
  }

  String delete(String manifests) throws IOException {
    Result result = sluice("lab", "delete", "-f", file(manifests).toString());
    assertEquals(0, result.status(), result.text());
    return result.text();
  }

  void kill(String component) {
    Result result = sluice("lab", "kill", component);
    assertEquals(0, result.status(), result.text());
  }

  void start(String component) {
    Result result = sluice("lab", "start", component);
    assertEquals(0, result.status(), result.text());
  }

  JsonNode status() throws IOException {
    return MAPPER.readTree(sluice("lab", "status", "-o", "json").text());
  }

  /** A pod's address of a family. */
  String address(String pod, boolean v6) throws IOException {
    for (JsonNode each : status().path("pods")) {
      if (pod.equals(each.path("namespace").asText() + "/" + each.path("name").asText())) {
        for (JsonNode ip : each.path("ips")) {
          if (ip.asText().contains(":") == v6) {
            return ip.asText();
          }
        }
      }
    }
    throw new AssertionError("no address of " + pod);
  }

  /** {@code bare/NAMESPACE/POD}: in the pod's network, but in no cgroup of its node. */
  private Sandbox sandbox(String target) {
    if (target.startsWith("bare/")) {
      Path cgroup = CgroupTree.of(LabNames.of(data)).root();
      return new Sandbox(sandbox(target.substring("bare/".length())).netns(), cgroup);
    }
    boolean special = target.startsWith("outside/") || target.startsWith("node/");
    return Targets.find(new LabFiles(data), special ? target : "pod/" + target).orElseThrow();
  }

  /** Runs a command in a pod, an outside host or a node, to its end. */
  Result exec(String target, String... command) {
    try {
      Process process =
          new ProcessBuilder(sandbox(target).command(List.of(command)))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text.strip());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts a command and leaves it running; the output goes to the returned file. */
  Path spawn(String target, String... command) throws IOException {
    Path output = Files.createTempFile(data, "out", ".txt");
    background.add(
        new ProcessBuilder(sandbox(target).command(List.of(command)))
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile())
            .start());
    return output;
  }

  /** Whether a TCP connection opens within a second. */
  boolean connects(String from, String address, int port) {
    String script = "exec 3<>/dev/tcp/" + address + "/" + port;
    return exec(from, "timeout", "1", "bash", "-c", script).status() == 0;
  }

  /** Waits for a server to answer, as its process takes a while to listen. */
  void awaitConnects(String from, String address, int port) {
    assertTrue(
        Waiting.until(Duration.ofSeconds(15), () -> connects(from, address, port)),
        from + " should reach " + address + ":" + port);
  }

  /** The end of every log, for failures. */
  String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    Path folder = new LabFiles(data).logs();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          List<String> lines = Files.readAllLines(file);
          all.append("== ").append(file.getFileName()).append('\n');
          lines
              .subList(Math.max(0, lines.size() - 12), lines.size())
              .forEach(line -> all.append(line).append('\n'));
        }
      }
    }
    return all.toString();
  }

  private void takeDown() {
    background.forEach(Process::destroyForcibly);
    new Teardown(new LabFiles(data)).down();
  }

  @Override
  public void close() throws IOException {
    takeDown();
    assertNothingIsLeft();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** No namespace, pin, socket, cgroup or process of the lab is on the machine. */
  void assertNothingIsLeft() throws IOException {
    String prefix = LabNames.of(data).prefix();
    try (Stream<Path> left =
        Files.isDirectory(Path.of("/run/netns"))
            ? Files.list(Path.of("/run/netns"))
            : Stream.of()) {
      assertEquals(
          List.of(),
          left.filter(path -> path.getFileName().toString().startsWith(prefix)).toList());
    }
    assertTrue(Files.notExists(LabNames.of(data).bpfDir()), "pins are left");
    assertTrue(Files.notExists(LabNames.of(data).runtimeDir()), "sockets are left");
    assertEquals(List.of(), processes(), "processes are left");
    Path cgroups = CgroupTree.of(LabNames.of(data)).root();
    assertTrue(Files.notExists(cgroups), "cgroups are left");
  }

  /** Command lines of processes that name the lab's directory. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(data + "/") || line.endsWith(data.toString()))
        .toList();
  }
}
