package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a CPU remembers of Services and of their clients is good until something of it changes. */
@RequiresKernel
class RememberedServicesTest extends ServicePacketTest {
  private static final int NODE_PORT = 30080;
  private static final int UNSPEC = -1;
  private static final String SECOND = "10.0.2.20";

  private final ServiceRow.Frontend frontend = ofGroup(1);
  private final ServiceRow.Backend first = backend(1, REMOTE, 8080);

  private int client = 40_000;

  @BeforeEach
  void clientsKnowTheService() {
    lab.open(INGRESS);
    lab.known(SECOND + "/32", Lab.REMOTE_ID, Lab.OTHER_NODE);
    put(frontend);
    put(first);
    write();
    for (int each = 0; each < 8; each++) { // each CPU, most likely
      assertEquals(REMOTE, reached());
    }
  }

  private static ServiceRow.Frontend ofGroup(int group) {
    return new ServiceRow.Frontend(
        1,
        "shop",
        "web",
        "",
        ServiceRow.Kind.NODE_PORT,
        IpAddress.v4(0),
        NODE_PORT,
        Packet.TCP,
        group,
        false,
        0,
        List.of(),
        0);
  }

  private Outcome opens() {
    Packet opening = tcp(OUTSIDE, ++client, NODE, NODE_PORT).syn();
    return lab.run("slc_from_uplink", opening.summed(), Context.ARRIVED);
  }

  private String reached() {
    return opens().is(7, List.of()).frame().toString().split(" ")[3];
  }

  @Test
  void aSeatThatAnotherBackendHasLeadsThere() {
    gone(first);
    write();
    put(backend(1, SECOND, 8080));
    write();
    assertEquals(SECOND, reached());
  }

  @Test
  void aServiceThatIsGoneIsNobodys() {
    gone(frontend);
    write();
    opens().is(UNSPEC, List.of());
  }

  @Test
  void aServiceOfOtherBackendsLeadsThere() {
    put(backend(2, SECOND, 8080));
    put(ofGroup(2));
    write();
    assertEquals(SECOND, reached());
  }

  @Test
  void aClientWhoseAddressAPodHasLies() {
    lab.pod(2, 99, Lab.NEIGHBOUR_ID, OUTSIDE, Lab.NEIGHBOUR6, true);
    opens().drops(132);
    lab.endpoints.remove(lab.endpoints.find(2).orElseThrow());
    assertEquals(REMOTE, reached());
  }

  @Test
  void anAddressThatIsNoLongerTheNodesHasNoNodePorts() {
    lab.translate(100, "172.31.0.77", NODE6);
    lab.known(NODE + "/32", 2, null);
    opens().is(UNSPEC, List.of());
  }

  @Test
  void whoeverWasWritingServicesWhenAProcessDiedIsAskedAgain() {
    byte[] value = lab.dataplane.map("slc_lb_epoch").lookup(new byte[4]).orElseThrow();
    Layouts.buffer(value).putInt(4, 1);
    lab.dataplane.map("slc_lb_epoch").update(new byte[4], value);
    lab.dataplane
        .map("slc_lb_frontend")
        .keys()
        .forEach(lab.dataplane.map("slc_lb_frontend")::delete);
    new Epoch(lab.dataplane.map("slc_lb_epoch")).close();
    opens().is(UNSPEC, List.of());
  }
}
