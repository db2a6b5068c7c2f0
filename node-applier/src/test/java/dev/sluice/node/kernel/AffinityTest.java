package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR6;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow.Kind;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.TestRun.Context;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long a client is given the backend that it had, by programs of packets. What it would be
 * given anew its address says, so it is held to the other backend of the two, some time ago.
 */
@RequiresKernel
class AffinityTest extends ServicePacketTest {
  private static final int SECONDS = 100;
  private static final int NODE_PORT = 30080;

  private int port;

  /** Who dials. */
  private enum Client {
    OUTSIDE {
      @Override
      Frame sends(Ends e, int protocol, int port) {
        Packet packet = opening(protocol, e.outside(), port, e.node(), NODE_PORT);
        return lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED).frame();
      }
    },
    POD {
      @Override
      Frame sends(Ends e, int protocol, int port) {
        return lab.fromPod(opening(protocol, e.pod(), port, vip(e), 80).summed()).frame();
      }
    },
    NODE {
      @Override
      Frame sends(Ends e, int protocol, int port) {
        Packet packet = opening(protocol, e.node(), port, vip(e), 80);
        return lab.run("slc_to_uplink", packet.summed(), Context.LOCAL).frame();
      }
    };

    /** What becomes of the first packet of a connection. */
    abstract Frame sends(Ends e, int protocol, int port);
  }

  private static Packet opening(int protocol, String from, int port, String to, int toPort) {
    return protocol == TCP ? tcp(from, port, to, toPort).syn() : udp(from, port, to, toPort);
  }

  private static String vip(Ends e) {
    return e.v6() ? "fd00:10:96::80" : "10.96.0.80";
  }

  private static String neighbour(Ends e) {
    return e.v6() ? NEIGHBOUR6 : NEIGHBOUR;
  }

  private static BpfMap held() {
    return lab.dataplane.map("slc_lb_affinity");
  }

  @BeforeEach
  void world() {
    lab.open(INGRESS).open(EGRESS);
    int group = 0;
    for (Ends e : FAMILIES) {
      for (int protocol : new int[] {TCP, UDP}) {
        group++;
        front(Kind.CLUSTER_IP, vip(e), 80, protocol, group, SECONDS);
        front(Kind.NODE_PORT, e.any(), NODE_PORT, protocol, group, SECONDS);
        put(backend(group, neighbour(e), 8080));
        put(backend(group, e.remote(), 8080));
      }
    }
    write();
  }

  @ParameterizedTest
  @EnumSource
  void aClientKeepsItsBackendForAsLongAsTheServiceSays(Client client) {
    for (Ends e : FAMILIES) {
      for (int protocol : new int[] {TCP, UDP}) {
        held().keys().forEach(held()::delete);
        String anew = dials(client, e, protocol);
        String other = anew.equals(e.remote()) ? neighbour(e) : e.remote();
        chose(other, SECONDS / 2);
        assertEquals(other, dials(client, e, protocol));
        chose(other, SECONDS / 2); // it was used meanwhile, and half the time begins again
        assertEquals(other, dials(client, e, protocol));
        chose(other, SECONDS + 1);
        assertEquals(anew, dials(client, e, protocol));
        assertEquals(anew, dials(client, e, protocol), "and is held to that");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientWhoseBackendIsGoneGetsAnother(Client client) {
    int group = 0;
    for (Ends e : FAMILIES) {
      for (int protocol : new int[] {TCP, UDP}) {
        group++;
        held().keys().forEach(held()::delete);
        String anew = dials(client, e, protocol);
        String other = anew.equals(e.remote()) ? neighbour(e) : e.remote();
        chose(other, 0);
        assertEquals(other, dials(client, e, protocol));
        gone(backend(group, other, 8080));
        write();
        assertEquals(anew, dials(client, e, protocol));
      }
    }
  }

  /** A new connection. Returns whose it is. */
  private String dials(Client client, Ends e, int protocol) {
    return client.sends(e, protocol, 40_000 + port++).destination();
  }

  /** Has the one client that is held to a backend chosen this one so long before its last dial. */
  private static void chose(String backend, long secondsAgo) {
    byte[] key = held().keys().getFirst();
    byte[] value = held().lookup(key).orElseThrow();
    ByteBuffer entry = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
    entry.putLong(0, entry.getLong(0) - TimeUnit.SECONDS.toNanos(secondsAgo));
    entry.put(8, IpAddress.parse(backend).mapped());
    held().update(key, value);
  }
}
