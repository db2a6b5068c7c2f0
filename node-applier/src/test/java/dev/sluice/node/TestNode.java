package dev.sluice.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.node.bpf.Netns;
import dev.sluice.node.link.IpBatch;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;

/** A node in a network namespace of its own, and namespaces for its pods; gone when closed. */
final class TestNode implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path NETNS = Path.of("/run/netns");

  /** What a node under test is in: whatever breaks there fails the test. */
  static final NodeCore.World NOTHING_BREAKS =
      new NodeCore.World() {
        @Override
        public void stepped() {}

        @Override
        public long lostUser() {
          return 0;
        }

        @Override
        public void broken(Throwable why) {
          throw new AssertionError(why);
        }
      };

  private final String prefix;
  private final List<String> namespaces = new ArrayList<>();
  final Settings settings;

  private TestNode(String name, int index, Path folder) {
    prefix = "slct" + Long.toString(ProcessHandle.current().pid(), 36) + name;
    makeNamespace("n");
    settings =
        Settings.defaults()
            .with(Setting.NODE_NAME, "node-" + index)
            .with(Setting.NODE_NETNS, netns("n"))
            .with(Setting.NODE_SOCKET, folder.resolve("node-" + index + ".sock"))
            .with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/sluice/v1/" + prefix + "/node-" + index);
  }

  /** node-1, and nobody at the other end of its uplink. */
  static TestNode alone(Path folder) {
    TestNode node = new TestNode("a", 1, folder);
    node.ip("link add eth0 type veth peer name wire", "link set wire up");
    node.raiseUplink(1);
    return node;
  }

  /** node-1, and a host outside the cluster, {@code c}, at the other end of its uplink. */
  static TestNode dialled(Path folder) {
    TestNode node = new TestNode("c", 1, folder);
    node.makeNamespace("c");
    node.ip("link add eth0 type veth peer name wire netns " + node.prefix + "c");
    node.raiseUplink(1);
    new IpBatch(node.netns("c"))
        .run(
            List.of(
                "addr add 172.31.0.9/24 dev wire",
                "addr add fd00:31::9/64 dev wire nodad",
                "link set wire up"));
    return node;
  }

  /** The hardware address of one of the node's interfaces. */
  String hardwareAddress(String device) {
    return inside(
        "n",
        () -> HexFormat.of().formatHex(NetworkInterface.getByName(device).getHardwareAddress()));
  }

  /** node-1 and node-2 at the two ends of one link. */
  static List<TestNode> pair(Path folder) {
    TestNode one = new TestNode("a", 1, folder);
    TestNode two = new TestNode("b", 2, folder);
    one.ip("link add eth0 type veth peer name eth0 netns " + two.prefix + "n");
    one.raiseUplink(1);
    two.raiseUplink(2);
    return List.of(one, two);
  }

  private void raiseUplink(int index) {
    ip(
        "link set eth0 addrgenmode none",
        "addr add fe80::%d/64 dev eth0 nodad".formatted(index),
        "addr add 172.31.0.%d/24 dev eth0".formatted(index),
        "addr add fd00:31::%d/64 dev eth0 nodad".formatted(index),
        "link set eth0 up");
  }

  private void ip(String... lines) {
    new IpBatch(netns("n")).run(List.of(lines));
  }

  /** An applier that has read these rows to their end, in this process. */
  static NodeCore open(Settings settings, List<Row<DesiredRecord>> world) {
    NodeCore core = NodeCore.open(settings, NOTHING_BREAKS);
    try {
      take(core, world);
      return core;
    } catch (RuntimeException e) {
      core.close();
      throw e;
    }
  }

  /** Gives an applier rows, and tells it that there are no more. */
  static void take(NodeCore core, List<Row<DesiredRecord>> rows) {
    core.applier()
        .ask(
            target -> {
              target.rows(rows);
              target.caughtUp();
              return true;
            })
        .join();
  }

  /** Asks the node's applier what others ask on its socket. */
  JsonNode ask(String request) throws IOException {
    try (SocketChannel client =
        SocketChannel.open(UnixDomainSocketAddress.of(settings.path(Setting.NODE_SOCKET)))) {
      Channels.newOutputStream(client).write((request + "\n").getBytes(UTF_8));
      return JSON.readTree(new BufferedReader(Channels.newReader(client, UTF_8)).readLine());
    }
  }

  /** Makes a pod's link; its namespace has the pod's name. */
  void addPod(String pod, String v4, String v6) throws IOException {
    JsonNode added =
        ask(
            """
            {"op":"add","namespace":"shop","pod":"%s","uid":"u","netns":"%s",\
            "ips":["%s","%s"],"interface":"eth0"}\
            """
                .formatted(pod, netns(pod), v4, v6));
    assertTrue(added.path("ok").asBoolean(), added::toString);
  }

  /** Waits until a pod's policy is realised. */
  JsonNode awaitReady(String pod) throws IOException {
    JsonNode ready =
        ask(
            "{\"op\":\"wait\",\"namespace\":\"shop\",\"pod\":\"%s\",\"timeoutMillis\":30000}"
                .formatted(pod));
    assertTrue(ready.path("ok").asBoolean(), ready::toString);
    return ready;
  }

  /** Whether a namespace here opens a connection to a server that listens for it alone. */
  boolean connects(String from, TestNode there, String to, String address, int port, int millis)
      throws IOException {
    try (ServerSocket server = there.inside(to, () -> new ServerSocket(port))) {
      return inside(
          from,
          () -> {
            try (Socket client = new Socket()) {
              client.connect(new InetSocketAddress(address, server.getLocalPort()), millis);
              return true;
            } catch (SocketTimeoutException e) {
              return false;
            }
          });
    }
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
