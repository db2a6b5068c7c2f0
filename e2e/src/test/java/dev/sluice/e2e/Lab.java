package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.CgroupTree;
import dev.sluice.lab.LabFiles;
import dev.sluice.lab.LabNames;
import dev.sluice.lab.drive.DrivenLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A lab of a test class. Closing it checks that nothing of it is left on the machine. */
final class Lab extends DrivenLab {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Lab() {
    super("sluice-e2e");
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
    Lab lab = new Lab();
    try {
      lab.bringUp(nodes, manifests, options);
      return lab;
    } catch (IllegalStateException e) {
      String logs = lab.logs();
      lab.takeDown();
      throw new AssertionError(e.getMessage() + "\n" + logs, e);
    }
  }

  /** A pod's address of a family. */
  String address(String pod, boolean v6) {
    return addresses(pod).stream()
        .filter(ip -> ip.contains(":") == v6)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no address of " + pod));
  }

  /** The end of every log, for failures. */
  String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    Path folder = new LabFiles(data()).logs();
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

  @Override
  public void close() throws IOException {
    takeDown();
    assertNothingIsLeft();
    deleteFiles();
  }

  /** No namespace, pin, socket, cgroup or process of the lab is on the machine. */
  void assertNothingIsLeft() throws IOException {
    String prefix = LabNames.of(data()).prefix();
    try (Stream<Path> left =
        Files.isDirectory(Path.of("/run/netns"))
            ? Files.list(Path.of("/run/netns"))
            : Stream.of()) {
      assertEquals(
          List.of(),
          left.filter(path -> path.getFileName().toString().startsWith(prefix)).toList());
    }
    assertTrue(Files.notExists(LabNames.of(data()).bpfDir()), "pins are left");
    assertTrue(Files.notExists(LabNames.of(data()).runtimeDir()), "sockets are left");
    assertEquals(List.of(), processes(), "processes are left");
    Path cgroups = CgroupTree.of(LabNames.of(data())).root();
    assertTrue(Files.notExists(cgroups), "cgroups are left");
  }

  /** Command lines of processes that name the lab's directory. */
  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(data() + "/") || line.endsWith(data().toString()))
        .toList();
  }
}
