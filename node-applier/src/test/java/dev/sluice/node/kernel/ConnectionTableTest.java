package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.FIN;
import static dev.sluice.node.kernel.Packet.RST;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Policy and connections together: who may open, who may answer, and what a change cuts. */
@RequiresKernel
class ConnectionTableTest extends PacketTest {
  @Test
  void aReplyNeedsNoRule() {
    lab.open(EGRESS).closed(INGRESS);
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).flags(SYN | ACK)).drops(133);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).flags(SYN | ACK)).passes();
    lab.toPod(tcp(OUTSIDE, 81, POD, 4000)).drops(133);
    lab.fromPod(udp(POD6, 4000, OUTSIDE6, 53)).passes();
    lab.toPod(udp(OUTSIDE6, 53, POD6, 4000)).passes();
    lab.toPod(udp(OUTSIDE6, 54, POD6, 4000)).drops(133);
  }

  @Test
  void aSynInTheReplyDirectionOpensUnderItsOwnPolicy() {
    lab.open(EGRESS).closed(INGRESS);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).syn()).drops(133);
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).flags(SYN | ACK)).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).syn()).drops(133);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80)).passes();
    lab.rule(POD_ID, INGRESS, 2, TCP, 4000, 16, true, 5).bump();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).syn()).passes();
    Connection turned = lab.dataplane.connections().getFirst();
    assertEquals(OUTSIDE, turned.source().toString());
    assertEquals(4000, turned.destinationPort());
  }

  @Test
  void aRevokedAllowCutsTheNextPacketFromThePod() {
    lab.open(EGRESS).closed(INGRESS);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).flags(SYN | ACK)).passes();
    lab.closed(EGRESS);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80)).passes();
    lab.bump();
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80)).drops(133);
  }

  @Test
  void aRevokedAllowCutsTheNextReplyToo() {
    lab.open(EGRESS).closed(INGRESS);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 80).syn()).passes();
    lab.closed(EGRESS).bump();
    lab.toPod(tcp(OUTSIDE, 80, POD, 4000).flags(SYN | ACK)).drops(133);
    lab.open(INGRESS).closed(EGRESS).bump();
    lab.toPod(tcp(OUTSIDE, 99, POD, 8080).syn()).passes();
    lab.fromPod(tcp(POD, 8080, OUTSIDE, 99).flags(SYN | ACK)).passes();
    lab.closed(INGRESS).bump();
    lab.fromPod(tcp(POD, 8080, OUTSIDE, 99)).drops(133);
    lab.toPod(tcp(OUTSIDE, 99, POD, 8080)).drops(133);
  }

  @Test
  void aPeerThatIsSomeoneElseNowIsJudgedAgain() {
    lab.closed(EGRESS).rule(POD_ID, EGRESS, 400, 0, 0, 0, true, 5);
    lab.known(OUTSIDE + "/32", 400, null);
    lab.fromPod(udp(POD, 4000, OUTSIDE, 53)).passes();
    lab.known(OUTSIDE + "/32", 401, null);
    lab.fromPod(udp(POD, 4000, OUTSIDE, 53)).drops(133);
    lab.toPod(udp(OUTSIDE, 53, POD, 4000)).drops(133);
    lab.dataplane.remove(new AddressKey(Prefix.parse(OUTSIDE + "/32")));
  }

  @Test
  void portRangesArePrefixesOfThePort() {
    lab.closed(INGRESS);
    lab.rule(POD_ID, INGRESS, 0, TCP, 8000, 10, true, 5);
    lab.rule(POD_ID, INGRESS, 0, TCP, 8010, 16, false, 6);
    lab.toPod(tcp(OUTSIDE, 1, POD, 7999).syn()).drops(133);
    lab.toPod(tcp(OUTSIDE, 1, POD, 8000).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 1, POD, 8010).syn()).drops(133);
    lab.toPod(tcp(OUTSIDE, 1, POD, 8011).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 1, POD, 8063).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 1, POD, 8064).syn()).drops(133);
    lab.toPod(udp(OUTSIDE, 1, POD, 8000)).drops(133);
    lab.rule(POD_ID, INGRESS, 0, UDP, 0, 0, true, 5).bump();
    lab.toPod(udp(OUTSIDE, 1, POD, 1)).passes();
    lab.toPod(udp(OUTSIDE, 1, POD, 65535)).passes();
  }

  @Test
  void anEntryOfThePeerIsFinalAndNoEntryIsClosed() {
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(133);
    lab.open(INGRESS).rule(POD_ID, INGRESS, 2, 0, 0, 0, false, 6).bump();
    lab.toPod(tcp(OUTSIDE, 2, POD, 80).syn()).drops(133);
    lab.toPod(tcp(Lab.REMOTE, 1, POD, 80).syn()).passes();
  }

  @Test
  void aDropSaysWhichRulesAndIsToldOnce() {
    lab.closed(INGRESS).rule(POD_ID, INGRESS, 2, 0, 0, 0, false, 77);
    for (int i = 0; i < 3; i++) {
      lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(133);
    }
    List<KernelEvent> drops = lab.drops();
    assertEquals(1, drops.size(), drops::toString);
    KernelEvent drop = drops.getFirst();
    assertEquals(133, drop.reason());
    assertEquals(77, drop.cookie());
    assertEquals(1, drop.endpoint());
    assertEquals(INGRESS, drop.direction());
    assertEquals(2, drop.sourceIdentity());
    assertEquals(POD_ID, drop.destinationIdentity());
    assertEquals(SYN, drop.tcpFlags());
  }

  /** Another reason ends what was summed, as the five seconds do. */
  @Test
  void dropsThatAreToldTogetherHaveTheSourcePortOfTheFirst() {
    lab.closed(INGRESS);
    for (int port = 40_000; port < 40_003; port++) {
      lab.toPod(tcp(OUTSIDE, port, POD, 80).syn()).drops(133);
    }
    lab.pod(1, 1, POD_ID, POD, Lab.POD6, false);
    lab.toPod(tcp(OUTSIDE, 40_003, POD, 80).syn()).drops(203);
    assertEquals(
        List.of("133 40000 x1", "133 40000 x2", "203 40003 x1"),
        lab.drops().stream()
            .map(drop -> drop.reason() + " " + drop.sourcePort() + " x" + drop.count())
            .toList());
  }

  @Test
  void aRuleThatDeniesHasAReasonOfItsOwn() {
    byte[] key = EntryCodec.key(new PolicyKey(POD_ID, INGRESS, 0, 0, 0, 0));
    lab.dataplane
        .map("slc_policy")
        .update(key, Layouts.buffer(8).put((byte) 0).put((byte) 1).putInt(4, 78).array());
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(181);
    assertEquals(78, lab.drops().getFirst().cookie());
  }

  @Test
  void startAndEndOfAConnectionAreTold() {
    lab.rule(POD_ID, INGRESS, 0, TCP, 80, 16, true, 5);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).passes();
    lab.fromPod(tcp(POD, 80, OUTSIDE, 1).flags(SYN | ACK)).passes();
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).flags(FIN | ACK)).passes();
    lab.fromPod(tcp(POD, 80, OUTSIDE, 1).flags(RST)).passes();
    List<KernelEvent> told = lab.told();
    assertEquals(
        List.of(KernelEvent.Type.CONNECTION_START, KernelEvent.Type.CONNECTION_END),
        told.stream().map(KernelEvent::type).toList());
    KernelEvent end = told.getLast();
    assertEquals(5, end.cookie());
    assertEquals(List.of(2L, 2L), List.of(end.packets(), end.replyPackets()));
    assertEquals(Connection.State.CLOSED, lab.dataplane.connections().getFirst().state());
  }

  @Test
  void lastWordsMakeNoConnection() {
    lab.open(INGRESS);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).flags(RST)).passes();
    lab.toPod(tcp(OUTSIDE, 2, POD, 80).flags(FIN | ACK)).passes();
    assertEquals(List.of(), lab.dataplane.connections());
  }

  @Test
  void aRefusedReplyIsNotARefusalToOpen() {
    lab.open(EGRESS).open(INGRESS);
    lab.toPod(tcp(OUTSIDE, 99, POD, 8080).syn()).passes();
    lab.closed(INGRESS).bump();
    lab.fromPod(tcp(POD, 8080, OUTSIDE, 99).flags(SYN | ACK)).drops(133);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 99).syn()).passes();
  }

  @Test
  void aRefusalIsForgottenWithItsPolicy() {
    lab.closed(EGRESS);
    lab.fromPod(tcp(POD, 4000, OUTSIDE, 99).syn()).drops(133);
    lab.fromPod(tcp(POD, 4001, OUTSIDE, 99).syn()).drops(133);
    lab.open(EGRESS).bump();
    lab.fromPod(tcp(POD, 4002, OUTSIDE, 99).syn()).passes();
  }
}
