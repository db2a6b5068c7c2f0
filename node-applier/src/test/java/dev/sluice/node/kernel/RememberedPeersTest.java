package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.HOST_MAC;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.POD_MAC;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.node.bpf.TestRun.Context;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What connections and slots remember is never older than what was written last. */
@RequiresKernel
class RememberedPeersTest {
  private static final int FRIEND = 400;
  private static final int STRANGER = 401;
  private static final AddressKey SINGLE = new AddressKey(Prefix.parse(OUTSIDE + "/32"));
  private static final AddressKey AROUND = new AddressKey(Prefix.parse("198.51.100.0/24"));

  private Lab lab;

  @BeforeEach
  void make() {
    lab = new Lab();
    lab.closed(INGRESS).rule(POD_ID, INGRESS, FRIEND, 0, 0, 0, true, 5);
  }

  @AfterEach
  void remove() {
    lab.close();
  }

  private void opens() {
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).passes();
  }

  private void isCut() {
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).drops(133);
    lab.fromPod(tcp(POD, 80, OUTSIDE, 1)).drops(133);
  }

  /** A node that took an address away too early gives it back: that must be soon enough. */
  @Test
  void aPeerThatIsWhoItWasAgainHasItsConnection() {
    lab.known(OUTSIDE + "/32", FRIEND, null);
    opens();
    lab.dataplane.remove(SINGLE);
    isCut();
    assertEquals(
        List.of(OUTSIDE),
        lab.dataplane.connections().stream()
            .filter(each -> each.expiresSeconds() > 0 && each.sourceIdentity() == FRIEND)
            .map(each -> each.source().toString())
            .toList(),
        "the connection is found under who its peer was");
    lab.known(OUTSIDE + "/32", FRIEND, null);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).passes();
    lab.fromPod(tcp(POD, 80, OUTSIDE, 1)).passes();
  }

  @Test
  void aPeerThatBecomesAnotherIsCut() {
    lab.known(OUTSIDE + "/32", FRIEND, null);
    opens();
    lab.known(OUTSIDE + "/32", STRANGER, null);
    isCut();
    lab.known(OUTSIDE + "/32", FRIEND, null);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).passes();
  }

  @Test
  void aPeerThatIsForgottenIsCut() {
    lab.known(OUTSIDE + "/32", FRIEND, null);
    opens();
    lab.dataplane.removeAll(List.of(SINGLE));
    isCut();
  }

  @Test
  void aNarrowerAddressThatAppearsCounts() {
    lab.known("198.51.100.0/24", FRIEND, null);
    opens();
    lab.dataplane.putAll(List.of(new AddressEntry(SINGLE, STRANGER, null)));
    isCut();
  }

  @Test
  void aPrefixThatGoesCounts() {
    lab.known("198.51.100.0/24", FRIEND, null);
    opens();
    lab.dataplane.remove(AROUND);
    isCut();
  }

  @Test
  void whoeverWasWritingAddressesWhenAProcessDiedIsAskedAgain() {
    lab.known(OUTSIDE + "/32", FRIEND, null);
    opens();
    byte[] before = epoch();
    lab.dataplane.map("slc_addr").update(EntryCodec.address(SINGLE), stranger());
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).passes();
    Layouts.buffer(before).putInt(4, 1);
    lab.dataplane.map("slc_addr_epoch").update(new byte[4], before);
    try (Epoch next = new Epoch(lab.dataplane.map("slc_addr_epoch"))) {
      assertNotEquals(Layouts.buffer(before).getInt(0), Layouts.buffer(epoch()).getInt(0));
      assertEquals(0, Layouts.buffer(epoch()).getInt(4), next::toString);
    }
    isCut();
  }

  private byte[] epoch() {
    return lab.dataplane.map("slc_addr_epoch").lookup(new byte[4]).orElseThrow();
  }

  private static byte[] stranger() {
    return EntryCodec.value(new AddressEntry(SINGLE, STRANGER, null));
  }

  @Test
  void aRefusedOpenerThatBecomesAFriendIsLetIn() {
    lab.known(OUTSIDE + "/32", STRANGER, null);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(133);
    lab.toPod(tcp(OUTSIDE, 2, POD, 80).syn()).drops(133);
    lab.known(OUTSIDE + "/32", FRIEND, null);
    lab.toPod(tcp(OUTSIDE, 3, POD, 80).syn()).passes();
  }

  @Test
  void nobodyContinuesTheNodesOwnConnections() {
    Packet opening = tcp(NODE, 1, POD, 80).syn().mac(HOST_MAC, POD_MAC);
    lab.run("slc_to_pod", opening, Context.LOCAL).passes();
    Packet next = tcp(NODE, 1, POD, 80).mac(HOST_MAC, POD_MAC);
    lab.run("slc_to_pod", next, Context.LOCAL).passes();
    lab.run("slc_to_pod", next, Context.ARRIVED).drops(132);
  }

  @Test
  void interfacesThatShareASlotHaveEndpointsOfTheirOwn() {
    lab.endpoints.remove(lab.endpoints.find(1).orElseThrow());
    lab.open(INGRESS);
    int sameSlot = 1 + lab.dataplane.map("slc_ep_slots").maxEntries();
    lab.pod(3, sameSlot, STRANGER, "10.0.1.12", "fd00:10:0:1::12", true);
    lab.toPod(udp(OUTSIDE, 1, POD, 80)).drops(203);
    lab.pod(1, 1, POD_ID, POD, POD6, true);
    lab.toPod(udp(OUTSIDE, 1, POD, 80)).passes();

    EndpointTable later = lab.dataplane.endpointTable();
    assertEquals(lab.endpoints.all(), later.all());
    later.remove(later.find(3).orElseThrow());
    lab.toPod(udp(OUTSIDE, 1, POD, 80)).passes();
    later.change(later.find(1).orElseThrow().withReady(false).bumped());
    lab.toPod(udp(OUTSIDE, 1, POD, 80)).drops(203);
    later.remove(later.find(1).orElseThrow());
    assertEquals(Optional.empty(), lab.dataplane.endpointTable().find(1));
  }

  @Test
  void anEndpointThatBecomesAnotherIsJudgedAgain() {
    lab.known(OUTSIDE + "/32", FRIEND, null);
    opens();
    lab.endpoints.change(
        lab.endpoints.find(1).orElseThrow().withIdentity(Lab.NEIGHBOUR_ID).bumped());
    lab.toPod(tcp(OUTSIDE, 1, POD, 80)).drops(133);
  }
}
