package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an address is to one endpoint alone counts for that endpoint, and for nobody else. */
@RequiresKernel
class OwnAddressesTest {
  private static final int NAMED = 0xc0_0005;
  private static final int DROP_NO_PROXY = 178;

  private Lab lab;

  @BeforeEach
  void make() {
    lab = new Lab();
    lab.closed(EGRESS).closed(INGRESS).rule(POD_ID, EGRESS, NAMED, 0, 0, 0, true, 5);
    own(OUTSIDE, 1);
    own(OUTSIDE6, 1);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private static AddressKey key(String address, int endpoint) {
    return new AddressKey(IpAddress.parse(address).single(), endpoint);
  }

  private void own(String address, int endpoint) {
    lab.dataplane.put(new AddressEntry(key(address, endpoint), NAMED, null));
    lab.endpoints.change(lab.endpoints.find(1).orElseThrow().withOwn(true).bumped());
  }

  @Test
  void itOpensTheAddressForItsEndpointAndRepliesPass() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 1)).passes();
    lab.bump();
    lab.toPod(tcp(OUTSIDE, 80, POD, 1)).passes();
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 80)).passes();
    lab.bump();
    lab.toPod(udp(OUTSIDE6, 80, POD6, 1)).passes();
  }

  @Test
  void anotherEndpointOfTheSameIdentityHasNothingOfIt() {
    lab.endpoints.remove(lab.endpoints.find(1).orElseThrow());
    lab.pod(5, 1, POD_ID, POD, POD6, true);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).drops(133);
    lab.endpoints.change(lab.endpoints.find(5).orElseThrow().withOwn(true).bumped());
    lab.fromPod(tcp(POD, 2, OUTSIDE, 80).syn()).drops(133);
    lab.fromPod(udp(POD6, 2, OUTSIDE6, 80)).drops(133);
  }

  @Test
  void whenItGoesItsConnectionsAreCut() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 1)).passes();
    lab.dataplane.remove(key(OUTSIDE, 1));
    lab.toPod(tcp(OUTSIDE, 80, POD, 1)).drops(133);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80)).drops(133);
  }

  @Test
  void whoIsOfTheClusterIsThatToAll() {
    own(REMOTE, 1);
    lab.fromPod(tcp(POD, 1, REMOTE, 80).syn()).drops(133);
  }

  @Test
  void theWorldKnowsTheAddressAsBefore() {
    assertEquals(
        Optional.of(new AddressEntry(key(OUTSIDE, 1), NAMED, null)),
        lab.dataplane.find(key(OUTSIDE, 1)).map(AddressEntry.class::cast));
    assertEquals(Optional.empty(), lab.dataplane.find(key(OUTSIDE, 0)));
    assertTrue(lab.dataplane.entries().contains(new AddressEntry(key(OUTSIDE, 1), NAMED, null)));
    lab.dataplane.removeAll(List.of(key(OUTSIDE, 1), key(OUTSIDE6, 1)));
    assertFalse(lab.dataplane.entries().contains(new AddressEntry(key(OUTSIDE, 1), NAMED, null)));
  }

  @Test
  void whatIsForAProxyThatIsNotThereIsDroppedInBothFamilies() {
    for (int protocol : List.of(6, 17)) {
      lab.put(
          new PolicyEntry(
              new PolicyKey(POD_ID, EGRESS, NAMED, protocol, 53, 16), Verdict.ALLOW, 1, 7));
    }
    lab.fromPod(udp(POD, 1, OUTSIDE, 53)).drops(DROP_NO_PROXY);
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 53)).drops(DROP_NO_PROXY);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 53).syn()).drops(DROP_NO_PROXY);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 53).syn()).drops(DROP_NO_PROXY);
  }
}
