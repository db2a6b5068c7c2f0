package dev.sluice.node.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A cgroup as a node's is, below one that may be somebody else's. Removed when it is closed. */
final class NodeGroup implements AutoCloseable {
  private final Path above;
  private final Path node;

  NodeGroup(String name) throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      Path mount =
          mounts
              .filter(line -> line.contains(" - cgroup2 "))
              .map(line -> Path.of(line.split(" ")[4]))
              .findFirst()
              .orElseThrow();
      above = mount.resolve(name + ProcessHandle.current().pid());
    }
    node = Files.createDirectories(above.resolve("node-1"));
  }

  Path above() {
    return above;
  }

  Path node() {
    return node;
  }

  /** A process of the group in a network namespace of its own, whose loopback is up. */
  Process start(String... command) throws IOException {
    String enter = "echo $$ >\"$0/cgroup.procs\" && ip link set lo up && exec \"$@\"";
    List<String> whole =
        new ArrayList<>(List.of("unshare", "--net", "sh", "-c", enter, node.toString()));
    whole.addAll(List.of(command));
    return new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Override
  public void close() throws IOException {
    Files.delete(node);
    Files.delete(above);
  }
}
