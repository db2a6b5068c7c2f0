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
import static dev.sluice.node.kernel.Packet.icmp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.IcmpType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every type of ICMP: which are for policies, and which answer which. */
@RequiresKernel
class IcmpTypesTest extends PacketTest {
  /**
   * @param errors types that pass with the connection they are about
   * @param answers types by the type of the question
   */
  private record Family(
      String pod,
      String outside,
      int protocol,
      Set<Integer> errors,
      Set<Integer> forbidden,
      Map<Integer, Integer> answers) {
    Packet out(int type, int id) {
      return icmp(pod, outside, type, 0, id << 16).hops(255);
    }

    Packet in(int type, int id) {
      return icmp(outside, pod, type, 0, id << 16).hops(255);
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          new Family(
              POD,
              OUTSIDE,
              ICMP,
              Set.of(3, 11, 12),
              Set.of(),
              new TreeMap<>(Map.of(8, 0, 13, 14, 15, 16, 17, 18, 42, 43))),
          new Family(
              POD6,
              OUTSIDE6,
              ICMP6,
              Set.of(1, 2, 3, 4),
              Set.of(133, 134, 137),
              new TreeMap<>(Map.of(128, 129, 139, 140, 144, 145, 146, 147, 160, 161))));

  @BeforeEach
  void policies() {
    lab.closed(EGRESS).closed(INGRESS);
  }

  private static void allow(Family family, int type) {
    lab.rule(POD_ID, EGRESS, 0, family.protocol, type, 16, true, 1);
  }

  @Test
  void everyTypeIsAllowedByItselfAlone() {
    for (Family family : FAMILIES) {
      for (int type = 0; type < 256; type++) {
        lab.reset();
        lab.closed(EGRESS).closed(INGRESS);
        int neighbour = type;
        allow(family, type);
        if (family.errors.contains(type)) {
          lab.fromPod(family.out(type, 0)).drops(135);
        } else if (family.forbidden.contains(type)) {
          lab.fromPod(family.out(type, 0)).drops(176);
        } else if (family.protocol == ICMP6 && (neighbour == 135 || neighbour == 136)) {
          lab.fromPod(family.out(type, 0)).drops(135);
        } else {
          lab.fromPod(family.out(type, 7)).passes();
          lab.fromPod(family.out(type, 7)).passes();
          lab.toPod(family.in(type, 7)).drops(133);
          lab.bump();
          lab.fromPod(family.out(type, 7)).passes();
        }
      }
    }
  }

  @Test
  void aConnectionOfOneTypeCarriesNoOther() {
    for (Family family : FAMILIES) {
      for (int asked : family.answers.keySet()) {
        allow(family, asked);
        for (int id : List.of(7, 0)) {
          lab.fromPod(family.out(asked, id)).passes();
          family.answers.forEach(
              (other, answer) -> {
                if (other != asked) {
                  lab.toPod(family.in(answer, id)).drops(133);
                }
                lab.toPod(family.in(other, id)).drops(133);
                lab.fromPod(family.out(answer, id)).drops(133);
              });
          lab.fromPod(family.out(200, id)).drops(133);
        }
        lab.rule(POD_ID, EGRESS, 0, family.protocol, asked, 16, false, 1).bump();
      }
    }
  }

  @Test
  void anAnswerBelongsToItsQuestion() {
    for (Family family : FAMILIES) {
      family.answers.forEach(
          (asked, answer) -> {
            allow(family, asked);
            lab.toPod(family.in(answer, 5)).drops(133);
            lab.fromPod(family.out(asked, 5)).passes();
            lab.toPod(family.in(answer, 5)).passes();
            lab.toPod(family.in(answer, 6)).drops(133);
            lab.bump();
            lab.toPod(family.in(answer, 5)).passes();
            lab.rule(POD_ID, EGRESS, 0, family.protocol, asked, 16, false, 1).bump();
            lab.told();
            lab.toPod(family.in(answer, 5)).drops(133);
            KernelEvent drop = lab.drops().getFirst();
            assertTrue(drop.reply());
            assertEquals(answer, drop.icmpType());
          });
    }
  }

  @Test
  void whoExplainsKnowsTheSameAnswersAndErrors() {
    for (Family family : FAMILIES) {
      Map<Integer, Integer> asked = new TreeMap<>();
      family.answers.forEach((question, answer) -> asked.put(answer, question));
      for (int type = 0; type < 256; type++) {
        assertEquals(asked.getOrDefault(type, type), IcmpType.asked(family.protocol, type));
        assertEquals(family.errors.contains(type), IcmpType.isError(family.protocol, type));
      }
    }
  }

  @Test
  void anAnswerThatNobodyAskedForAllowsNoQuestion() {
    for (Family family : FAMILIES) {
      family.answers.forEach(
          (asked, answer) -> {
            allow(family, answer);
            for (int id : List.of(0, 9)) {
              lab.fromPod(family.out(answer, id)).passes();
              lab.fromPod(family.out(answer, id)).passes();
              lab.fromPod(family.out(asked, id)).drops(133);
              lab.toPod(family.in(asked, id)).drops(133);
              lab.toPod(family.in(answer, id)).drops(133);
            }
          });
    }
  }

  @Test
  void startsEndsAndDropsTellTheType() {
    for (Family family : FAMILIES) {
      family.answers.forEach(
          (asked, answer) -> {
            allow(family, asked);
            lab.told();
            lab.fromPod(family.out(asked, 3)).passes();
            KernelEvent start = lab.told().getFirst();
            assertEquals(KernelEvent.Type.CONNECTION_START, start.type());
            assertEquals(asked, start.icmpType());
            lab.fromPod(family.out(answer, 3)).drops(133);
            assertEquals(answer, lab.drops().getFirst().icmpType());
            allow(family, answer);
            lab.bump();
            lab.fromPod(family.out(answer, 4)).passes();
            assertEquals(answer, lab.told().getFirst().icmpType());
          });
    }
  }

  @Test
  void dropsOfTwoTypesAreTwo() {
    lab.fromPod(icmp(POD, OUTSIDE, 13, 7, 0)).drops(133);
    lab.fromPod(icmp(POD, OUTSIDE, 17, 0, 0)).drops(133);
    List<KernelEvent> drops = lab.drops();
    assertEquals(List.of(13, 17), drops.stream().map(KernelEvent::icmpType).toList());
    assertEquals(7, drops.getFirst().icmpCode());
  }

  @Test
  void anErrorAboutAQuestionPassesAndAboutItsLikeDoesNot() {
    for (Family family : FAMILIES) {
      family.answers.forEach(
          (asked, answer) -> {
            allow(family, asked);
            lab.fromPod(family.out(asked, 5)).passes();
            lab.toPod(tooBig(family.outside, family.pod, family.out(asked, 5))).passes();
            lab.toPod(tooBig(family.outside, family.pod, family.out(asked, 6))).drops(163);
            lab.toPod(tooBig(family.outside, family.pod, family.out(answer, 5))).drops(163);
            lab.toPod(tooBig(family.outside, family.pod, family.out(200, 5))).drops(163);
          });
    }
  }

  @Test
  void listenersOfMulticastTalkToNobody() {
    lab.open(EGRESS);
    for (int type : List.of(130, 131, 132, 143)) {
      lab.fromPod(icmp(POD6, "ff02::16", type, 0, 0)).drops(176);
      lab.fromPod(icmp(POD6, OUTSIDE6, type, 0, 0)).passes();
    }
    assertEquals(List.of(), lab.drops());
  }
}
