package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.ICMP;
import static dev.sluice.node.kernel.Packet.ICMP6;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.echo;
import static dev.sluice.node.kernel.Packet.echoReply;
import static dev.sluice.node.kernel.Packet.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each verdict of an entry does to packets, and what ICMP and prefixes are known by. */
@RequiresKernel
class PolicyEntriesTest extends PacketTest {
  private static final int PREFIX = 0x80_0001;
  private static final int NARROW = 0x80_0002;
  private static final int HOST = 0x7f_0001;

  @BeforeEach
  void policies() {
    lab.closed(EGRESS).closed(INGRESS);
  }

  private static void entry(int peer, int port, Verdict verdict, int cookie) {
    PolicyKey key = new PolicyKey(POD_ID, EGRESS, peer, TCP, port, 16);
    lab.put(new PolicyEntry(key, verdict, 0, cookie));
  }

  @Test
  void aRuleThatDeniesHasAReasonOfItsOwn() {
    entry(0, 80, Verdict.DENY, 5);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80)).drops(181);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80)).drops(181);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 81)).drops(133);
    assertEquals(5, lab.drops().getFirst().cookie());
  }

  @Test
  void whatAuditedPoliciesWouldDropPassesAndIsTold() {
    entry(0, 80, Verdict.AUDIT, 6);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80)).passes();
    assertEquals(6, lab.told().getFirst().cookie());
  }

  @Test
  void aPrefixIsWhoeverTheNarrowestNames() {
    lab.known("203.0.113.0/24", PREFIX, null);
    lab.known("203.0.113.8/29", NARROW, null);
    entry(PREFIX, 80, Verdict.ALLOW, 1);
    entry(NARROW, 80, Verdict.DENY, 2);
    lab.fromPod(tcp(POD, 1, "203.0.113.1", 80)).passes();
    lab.fromPod(tcp(POD, 1, "203.0.113.9", 80)).drops(181);
    lab.fromPod(tcp(POD, 1, "203.0.114.1", 80)).drops(133);
  }

  @Test
  void typesOfIcmpStandInThePort() {
    lab.rule(POD_ID, EGRESS, 0, ICMP, 8, 16, true, 1);
    lab.rule(POD_ID, EGRESS, 0, ICMP6, 128, 16, true, 1);
    lab.fromPod(echoReply(POD, OUTSIDE, 5)).drops(133);
    lab.fromPod(echo(POD, OUTSIDE, 5)).passes();
    lab.toPod(echoReply(OUTSIDE, POD, 5)).passes();
    lab.bump();
    lab.toPod(echoReply(OUTSIDE, POD, 5)).passes();
    lab.fromPod(echoReply(POD6, OUTSIDE6, 5)).drops(133);
    lab.fromPod(echo(POD6, OUTSIDE6, 5)).passes();
    lab.bump();
    lab.toPod(echoReply(OUTSIDE6, POD6, 5)).passes();
  }

  @Test
  void aNodeWithLabelsOfItsOwnIsStillTheNode() {
    lab.known("172.31.0.1/32", HOST, null);
    lab.fromPod(tcp(POD, 1, "172.31.0.1", 80)).drops(133);
    lab.toPod(tcp("172.31.0.1", 1, POD, 80)).drops(132);
  }
}
