package dev.sluice.node;

import static dev.sluice.node.apply.Rows.address;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.schemas.convert.Row;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client at the other end of the uplink dials a Service whose backend is behind the tunnel. */
@RequiresKernel
class UplinkOnKernelTest {
  private static final int PORT = 30080;
  private static final int UDP = 17;

  /** Of the tunnel: the link's 1500 bytes without what carries a packet through it. */
  private static final int MTU = 1450;

  /** Arguments: the interface, the destination's hardware address, the VLAN (0: no tag), a port. */
  private static final String SEND =
      """
      import socket, struct, sys
      link, mac, vlan, port = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
      udp = struct.pack('!HHHH', port, 30080, 12, 0) + b'ping'
      head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                         socket.inet_aton('172.31.0.9'), socket.inet_aton('172.31.0.1'))
      total = sum(struct.unpack('!10H', head)); total = (total & 0xffff) + (total >> 16)
      head = head[:10] + struct.pack('!H', ~total & 0xffff) + head[12:]
      tag = struct.pack('!HH', 0x8100, vlan) if vlan else b''
      s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind((link, 0))
      s.send(mac + s.getsockname()[4] + tag + b'\\x08\\x00' + head + udp)
      """;

  @TempDir Path folder;
  private TestNode node;
  private NodeCore core;

  @BeforeEach
  void start() {
    node = TestNode.dialled(folder);
    core = TestNode.open(node.settings, world());
    core.applier().ask(target -> target.place()).join();
  }

  @AfterEach
  void stop() throws IOException {
    if (core != null) {
      core.close();
    }
    node.close();
  }

  private static List<Row<DesiredRecord>> world() {
    List<Row<DesiredRecord>> rows = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      rows.add(address(5, "172.31.0." + i, 6, "node-" + i, 0, ""));
      rows.add(address(5, "fd00:31::" + i, 6, "node-" + i, 0, ""));
    }
    rows.add(address(5, "10.0.2.10", 256, "node-2", 1, "back"));
    rows.add(address(5, "fd00:10:0:2::10", 256, "node-2", 1, "back"));
    rows.add(service(5, frontend(1, "0.0.0.0")));
    rows.add(service(5, frontend(2, "::")));
    rows.add(service(5, backend(1, "10.0.2.10")));
    rows.add(service(5, backend(2, "fd00:10:0:2::10")));
    rows.add(mark(5));
    return rows;
  }

  private static ServiceRow.Frontend frontend(int group, String any) {
    ServiceRow.Kind kind = ServiceRow.Kind.NODE_PORT;
    IpAddress address = IpAddress.parse(any);
    return new ServiceRow.Frontend(
        group, "shop", "web", "", kind, address, PORT, UDP, group, false, 0, List.of(), 0);
  }

  private static ServiceRow.Backend backend(int group, String address) {
    return new ServiceRow.Backend(
        group, IpAddress.parse(address), 8080, true, "node-2", List.of(), List.of());
  }

  /** RFC 1191 and RFC 8201: else what is larger would be lost without a word. */
  @Test
  void whatIsTooBigForTheTunnelIsToldToItsSender() throws Exception {
    for (String address : List.of("172.31.0.1", "fd00:31::1")) {
      node.inside(
          "c",
          () -> {
            assertHearsWhatFits(new InetSocketAddress(address, PORT), address.contains(":"));
            return null;
          });
    }
  }

  private static void assertHearsWhatFits(InetSocketAddress service, boolean v6)
      throws IOException {
    int header = (v6 ? 40 : 20) + 8;
    try (DatagramChannel client = dial(service, v6)) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (sends(client, 1500 - header)) {
        assertTrue(System.nanoTime() < deadline, service + ": its sender was told nothing");
        Thread.onSpinWait();
      }
    }
    try (DatagramChannel next = dial(service, v6)) { // which answers to the former are not for
      assertTrue(sends(next, MTU - header), service + ": what fits may be sent");
      assertFalse(sends(next, MTU - header + 1), service + ": and no byte more");
    }
  }

  private static DatagramChannel dial(InetSocketAddress service, boolean v6) throws IOException {
    DatagramChannel client =
        DatagramChannel.open(v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    client.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
    client.connect(service);
    return client;
  }

  private static boolean sends(DatagramChannel client, int bytes) throws IOException {
    try {
      client.write(ByteBuffer.allocate(bytes));
      return true;
    } catch (PortUnreachableException e) {
      throw e;
    } catch (IOException e) {
      return false;
    }
  }

  /** Only what is sent after it tells that a frame of another VLAN came and went. */
  @Test
  void aFrameOfAnotherVlanIsNotForAService() throws Exception {
    send(5, 40_001);
    send(5, 40_002);
    send(0, 40_003);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!translated().contains("40003")) {
      assertTrue(System.nanoTime() < deadline, "a frame without a tag is translated");
      Thread.onSpinWait();
    }
    String all = translated();
    assertTrue(!all.contains("40001") && !all.contains("40002"), all);
    JsonNode maps = node.ask("{\"op\":\"status\"}").path("maps");
    assertTrue(
        maps.toString().contains("{\"name\":\"slc_nat\",\"entries\":2,\"capacity\":262144}"),
        maps::toString);
  }

  private void send(int vlan, int port) throws IOException {
    String mac = node.hardwareAddress("eth0");
    assertEquals(0, node.in("c", "python3", "-c", SEND, "wire", mac, "" + vlan, "" + port));
  }

  private String translated() throws IOException {
    JsonNode answer = node.ask("{\"op\":\"dump\",\"map\":\"nat\"}");
    assertTrue(answer.path("ok").asBoolean(), answer::toString);
    return answer.path("entries").toString();
  }
}
