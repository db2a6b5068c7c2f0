package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;

import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.proxy.socket.TcpListener;
import dev.sluice.node.proxy.socket.UdpTap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The proxy asks from the pod's address, and pods choose their own ports: whoever has one first
 * keeps it, and nothing that a pod sends passes its proxy.
 */
@RequiresKernel
class ProxyPortsTest {
  private static final int PROXY = 1;
  private static final int WORLD = 2;
  private static final int DROP_CT_STATE = 163;
  private static final int DNS = 53;
  private static final int PORT = 20_000;

  /** What a proxy's socket sends. */
  private static final Context UPSTREAM = new Context(1, 0, 0xb00);

  private Lab lab;
  private final List<UdpTap> taps = List.of(UdpTap.open(false), UdpTap.open(true));
  private final List<TcpListener> listeners =
      List.of(TcpListener.open(false), TcpListener.open(true));

  @BeforeEach
  void make() {
    lab = new Lab();
    lab.closed(EGRESS);
    for (int protocol : List.of(6, 17)) {
      lab.put(
          new PolicyEntry(
              new PolicyKey(POD_ID, EGRESS, WORLD, protocol, DNS, 16), Verdict.ALLOW, PROXY, 7));
    }
    for (boolean v6 : List.of(false, true)) {
      lab.dataplane.proxySocket(PROXY, false, v6, taps.get(v6 ? 1 : 0).fd());
      lab.dataplane.proxySocket(PROXY, true, v6, listeners.get(v6 ? 1 : 0).fd());
    }
  }

  @AfterEach
  void remove() {
    lab.close();
    taps.forEach(UdpTap::close);
    listeners.forEach(TcpListener::close);
  }

  private static Packet sent(boolean stream, boolean v6, int port) {
    String from = v6 ? POD6 : POD;
    String to = v6 ? OUTSIDE6 : OUTSIDE;
    return stream ? tcp(from, port, to, DNS) : udp(from, port, to, DNS);
  }

  @Test
  void whoHasAPortFirstKeepsIt() {
    for (boolean stream : List.of(false, true)) {
      for (boolean v6 : List.of(false, true)) {
        Packet proxys = sent(stream, v6, PORT);
        lab.run("slc_to_uplink", proxys, UPSTREAM).leftAlone();
        lab.fromPod(proxys).drops(DROP_CT_STATE);
        lab.bump();
        lab.fromPod(proxys).drops(DROP_CT_STATE);
        lab.run("slc_to_uplink", proxys, UPSTREAM).leftAlone();

        Packet pods = sent(stream, v6, PORT + 1);
        lab.fromPod(pods).passes();
        lab.run("slc_to_uplink", pods, UPSTREAM).drops(DROP_CT_STATE);
        lab.fromPod(pods).passes();
      }
    }
  }
}
