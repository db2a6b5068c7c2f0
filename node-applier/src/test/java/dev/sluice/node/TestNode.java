package dev.sluice.node;

import dev.sluice.node.bpf.Netns;
import dev.sluice.node.link.IpBatch;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A node in a network namespace of its own, and namespaces for its pods; gone when closed. */
final class TestNode implements AutoCloseable {
  private static final Path NETNS = Path.of("/run/netns");

  private final String prefix;
  private final List<String> namespaces = new ArrayList<>();
  final Settings settings;

  TestNode(String name, Path folder) {
    prefix = "slct" + Long.toString(ProcessHandle.current().pid(), 36) + name;
    makeNamespace("n");
    new IpBatch(netns("n"))
        .run(
            List.of(
                "link add eth0 type veth peer name wire",
                "addr add 172.31.0.1/24 dev eth0",
                "addr add fd00:31::1/64 dev eth0 nodad",
                "link set eth0 up",
                "link set wire up"));
    settings =
        Settings.defaults()
            .with(Setting.NODE_NAME, "node-1")
            .with(Setting.NODE_NETNS, netns("n"))
            .with(Setting.NODE_SOCKET, folder.resolve("node.sock"))
            .with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/sluice/v1/" + prefix + "/node-1");
  }

  /** A new namespace for a pod; its path. */
  String makeNamespace(String name) {
    run("ip", "netns", "add", prefix + name);
    namespaces.add(prefix + name);
    return netns(name);
  }

  String netns(String name) {
    return NETNS.resolve(prefix + name).toString();
  }

  /** Runs a program in a namespace; its exit status. */
  int in(String name, String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + netns(name), "--"));
    all.addAll(List.of(command));
    return status(all);
  }

  /** Does something in a namespace, in this process. */
  <T> T inside(String name, Callable<T> work) {
    return Netns.in(Path.of(netns(name)), work);
  }

  private static void run(String... command) {
    if (status(List.of(command)) != 0) {
      throw new IllegalStateException("failed: " + String.join(" ", command));
    }
  }

  private static int status(List<String> command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    NodeTeardown.run(settings);
    for (String namespace : namespaces) {
      status(List.of("ip", "netns", "del", namespace));
    }
    java.nio.file.Files.deleteIfExists(settings.path(Setting.NODE_BPF_PATH).getParent());
  }
}
