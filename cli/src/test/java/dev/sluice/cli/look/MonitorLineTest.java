package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class MonitorLineTest {
  private static ObjectNode event(String type) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("reason", 133)
        .put("reasonText", "Policy denied")
        .put("sourceIdentity", 257)
        .put("destinationIdentity", 256)
        .put("source", "10.0.2.7:51234")
        .put("destination", "10.0.4.9:8080")
        .put("protocol", "TCP")
        .put("flags", "SYN")
        .put("endpoint", 1423)
        .put("direction", "INGRESS");
  }

  @Test
  void dropHasTheShapeOfCiliumMonitor() {
    assertEquals(
        "xx drop (Policy denied) flow 0x0 to endpoint 1423, identity 257->256:"
            + " 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN",
        MonitorCommand.line(event("drop")));
  }

  /** It was not on its way to the endpoint whose policy refused it. */
  @Test
  void aDropWhereThePacketLeavesNamesTheSender() {
    assertEquals(
        "xx drop (Policy denied) flow 0x0 to endpoint 0, identity 257->256:"
            + " 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN, from endpoint 1423",
        MonitorCommand.line(event("drop").put("direction", "EGRESS")));
  }

  @Test
  void reservedIdentitiesPrintByName() {
    assertEquals(
        "Policy verdict log: flow 0x0 local EP ID 1423, ingress, action allow, identity"
            + " world->256: 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN",
        MonitorCommand.line(event("policy-verdict").put("sourceIdentity", 2)));
  }

  @Test
  void policiesAreNamedWithWhatWouldHaveBeenNeeded() {
    ObjectNode dropped = event("drop").put("needed", "from app=a in shop on 8080/TCP");
    dropped.putArray("deniedBy").add("CiliumNetworkPolicy/shop/p").add("NetworkPolicy/shop/q");
    assertEquals(
        "xx drop (Policy denied) flow 0x0 to endpoint 1423, identity 257->256:"
            + " 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN, denied by CiliumNetworkPolicy/shop/p,"
            + " NetworkPolicy/shop/q, needed: from app=a in shop on 8080/TCP",
        MonitorCommand.line(dropped));
    ObjectNode audited = event("policy-verdict").put("action", "audit");
    audited.putArray("deniedBy").add("CiliumNetworkPolicy/shop/p");
    assertEquals(
        "Policy verdict log: flow 0x0 local EP ID 1423, ingress, action audit, identity 257->256:"
            + " 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN, audited by CiliumNetworkPolicy/shop/p",
        MonitorCommand.line(audited));
    ObjectNode allowed = event("policy-verdict");
    allowed.putArray("allowedBy").add("CiliumNetworkPolicy/shop/p#spec.ingress[0]");
    assertEquals(
        "Policy verdict log: flow 0x0 local EP ID 1423, ingress, action allow, identity 257->256:"
            + " 10.0.2.7:51234 -> 10.0.4.9:8080 tcp SYN, allowed by"
            + " CiliumNetworkPolicy/shop/p#spec.ingress[0]",
        MonitorCommand.line(allowed));
  }

  @Test
  void aMessageIsToldAsObserveTellsIt() throws JsonProcessingException {
    ObjectNode asked = event("l7").put("verdict", "FORWARDED").put("protocol", "udp");
    asked.remove("flags");
    asked.putArray("allowedBy").add("CiliumNetworkPolicy/shop/p");
    asked.set(
        "l7",
        new ObjectMapper()
            .readTree(
                """
                {"type":"REQUEST","dns":{"query":"a.example.","qtypes":["A"]}}
                """));
    assertEquals(
        "-> Request dns from endpoint 1423, identity 257->256: 10.0.2.7:51234 -> 10.0.4.9:8080 udp,"
            + " verdict FORWARDED DNS Query a.example. A, allowed by CiliumNetworkPolicy/shop/p",
        MonitorCommand.line(asked));
    asked.withObject("/l7").put("type", "RESPONSE").withObject("/dns").put("rcode", 3);
    asked.put("sourceIdentity", 256).put("destinationIdentity", 257);
    assertEquals(
        "<- Response dns to endpoint 1423, identity 256->257: 10.0.2.7:51234 -> 10.0.4.9:8080 udp,"
            + " verdict FORWARDED DNS Answer RCode: Non-Existent Domain (Proxy a.example. A),"
            + " allowed by CiliumNetworkPolicy/shop/p",
        MonitorCommand.line(asked));
  }
}
