package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.bpf.BpfMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ports of the node that are lent to what clients outside open to backends elsewhere. */
@RequiresKernel
class LentPortTest extends OpeningPacketTest {
  private static final int LENT = 50; // half of what noServices() gives

  private static long lent() {
    return HeldEntries.of(lab.dataplane).get("slc_nat_lent");
  }

  private static void answersReachTheirClients(Ends e, Map<Integer, Integer> portOfClient) {
    portOfClient.forEach(
        (client, port) ->
            assertEquals(
                e.node() + " 30080 > " + e.outside() + " " + client,
                answers(e, e.remote(), port, SYN | ACK).answered().frame().toString()));
  }

  @Test
  void eachConnectionHasAPortOfItsOwnWhetherLentOrOfTheTable() {
    for (Ends e : FAMILIES) {
      Map<Integer, Integer> portOfClient = new LinkedHashMap<>();
      for (int client = 40000; client < 40000 + LENT + 20; client++) {
        portOfClient.put(client, opens(e, client).sourcePort());
      }
      assertEquals(LENT + 20, Set.copyOf(portOfClient.values()).size());
      portOfClient.forEach(
          (client, port) -> assertEquals(port, opens(e, client).sourcePort(), "sent again"));
      answersReachTheirClients(e, portOfClient);
      portOfClient.forEach(
          (client, port) ->
              assertEquals(
                  port, sends(tcp(e.outside(), client, e.node(), PORT).flags(ACK)).sourcePort()));
    }
    assertTrue(lent() > LENT, "most of them are lent: " + lent());
    assertTrue(lent() <= 2 * LENT, "ports that are lent have one connection each: " + lent());
  }

  @Test
  void portsOfTheTableAndPortsThatAreLentAreOthers() {
    Ends e = FAMILIES.getFirst();
    for (int client = 40000; client < 40000 + LENT + 20; client++) {
      opens(e, client);
    }
    Set<Integer> lent = new HashSet<>();
    Set<Integer> ofTheTable = new HashSet<>();
    lab.dataplane
        .map("slc_nat_lent")
        .forEach((place, port) -> lent.add(Layouts.buffer(port).getShort(34) & 0xffff));
    lab.dataplane
        .map("slc_nat")
        .keys()
        .forEach(key -> ofTheTable.add(Layouts.buffer(key).getShort(34) & 0xffff));
    lent.remove(0);
    assertTrue(!lent.isEmpty() && !ofTheTable.isEmpty());
    lent.retainAll(ofTheTable);
    assertEquals(Set.of(), lent);
  }

  @Test
  void anOpeningThatIsNoLongerRememberedBeginsAnew() {
    Ends e = FAMILIES.getFirst();
    Frame former = opens(e, 40000);
    answers(e, REMOTE, former.sourcePort(), SYN | ACK).answered();
    forgetOpenings();
    awaitTick();
    Frame now = opens(e, 40000);
    assertNotEquals(former.sourcePort(), now.sourcePort());
    answers(e, REMOTE, now.sourcePort(), SYN | ACK).answered();
    assertEquals(now.sourcePort(), sends(tcp(OUTSIDE, 40000, NODE, PORT).flags(ACK)).sourcePort());
    answers(e, REMOTE, former.sourcePort(), ACK).untouched();
  }

  private static void forgetOpenings() {
    BpfMap lately = lab.dataplane.map("slc_nat_lately");
    List<byte[]> keys = lately.keys();
    lately.updateAll(keys, keys.stream().map(key -> new byte[4]).toList());
  }

  @Test
  void whatHasAPortThatIsLentByNowKeepsItForItself() {
    lab.translate(2, NODE, NODE6); // one is lent, the first
    for (Ends e : FAMILIES) {
      Map<Integer, Integer> portOfClient = new LinkedHashMap<>();
      for (int client = 40000; client < 40002; client++) {
        portOfClient.put(client, opens(e, client).sourcePort());
      }
      assertEquals(2, Set.copyOf(portOfClient.values()).size());
      answersReachTheirClients(e, portOfClient);
    }
    assertEquals(2, lent());
    Translation.Ports fewer =
        new Translation.Ports(Lab.PORT - 1, Lab.PORT); // the last: that of the table
    lab.dataplane.translation().begin(1, false, fewer, List.of());
    assertEquals(4, lent());
    for (Ends e : FAMILIES) {
      int other = opens(e, 40002).sourcePort();
      assertEquals(Lab.PORT - 1, other);
      assertEquals(
          Lab.PORT, sends(tcp(e.outside(), 40001, e.node(), PORT).flags(ACK)).sourcePort());
      Map<Integer, Integer> portOfClient =
          Map.of(40000, Lab.PORT + 1, 40001, Lab.PORT, 40002, other);
      answersReachTheirClients(e, portOfClient);
    }
  }
}
