package dev.sluice.flows.hubble;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.Verdict;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowPrinterTest {
  private static String print(
      FlowPrinter.Format format, boolean node, boolean policies, Flow... flows) {
    FlowPrinter printer =
        new FlowPrinter(
            new FlowPrinter.Options(format, node, policies, false, ZoneOffset.UTC, "default"),
            false);
    StringBuilder text = new StringBuilder();
    for (Flow flow : flows) {
      text.append(printer.print(flow));
    }
    return text.append(printer.end()).toString();
  }

  @Test
  void compactLineOfAnAllowedConnectionNamesThePolicy() {
    assertEquals(
        "Nov 20 10:00:00.123 [node-1]: shop/frontend-0:41000 (ID:256) -> shop/backend-0:8080"
            + " (ID:257) policy-verdict:L3-L4 INGRESS ALLOWED BY backend-allow-frontend"
            + " (CiliumNetworkPolicy) (TCP Flags: SYN)\n",
        print(FlowPrinter.Format.COMPACT, true, true, Flows.allowed()));
  }

  @Test
  void compactLineOfADropShowsTheWorldByNameAndTheCount() {
    assertEquals(
        "Nov 20 10:00:00.123: 203.0.113.10:50000 (world) <> shop/backend-0:8080 (ID:257) Policy"
            + " denied DROPPED (TCP Flags: SYN; 3 packets)\n",
        print(FlowPrinter.Format.COMPACT, false, false, Flows.dropped()));
  }

  @Test
  void compactLineOfADefaultDenySaysWhatWouldHaveBeenNeeded() {
    Flow flow = Flows.dropped();
    flow.setNeeded("from world on 8080/TCP; no rule allows any ingress");
    String text = print(FlowPrinter.Format.COMPACT, false, true, flow);
    assertTrue(
        text.contains(
            "DROPPED BY default-deny (CiliumNetworkPolicy); needed: from world on 8080/TCP; no rule"
                + " allows any ingress (TCP Flags: SYN; 3 packets)"),
        text);
  }

  @Test
  void compactLineOfAnAuditedConnectionNamesWhoWouldHaveDeniedIt() {
    Flow flow = Flows.allowed();
    flow.setVerdict(Verdict.AUDIT);
    flow.setAllowedBy(List.of());
    flow.setDeniedBy(List.of("CiliumNetworkPolicy/shop/staged"));
    String text = print(FlowPrinter.Format.COMPACT, false, true, flow);
    assertTrue(text.contains("AUDITED BY staged (CiliumNetworkPolicy)"), text);
  }

  /** No packet passed when the table forgot it: a policy may have denied the peer since. */
  @Test
  void anEndThatNoPacketMadeSaysThatItExpired() {
    Flow end = Flows.allowed();
    end.setKind(FlowKind.END);
    end.setPackets(7);
    end.setTcpFlags(1 | 16);
    String text = print(FlowPrinter.Format.COMPACT, false, false, end);
    assertTrue(text.endsWith("to-endpoint FORWARDED (TCP Flags: FIN, ACK)\n"), text);
    end.setTcpFlags(0);
    text = print(FlowPrinter.Format.COMPACT, false, false, end);
    assertTrue(text.endsWith("to-endpoint FORWARDED (TCP; expired, 7 packets before)\n"), text);
    end.setProtocol(17);
    text = print(FlowPrinter.Format.COMPACT, false, false, end);
    assertTrue(text.endsWith("to-endpoint FORWARDED (UDP; expired, 7 packets before)\n"), text);
  }

  /** A dial of a Service without backends is refused before there is a packet. */
  @Test
  void aDropWithoutAPacketHasNoFlags() {
    Flow refused = Flows.dropped();
    refused.setTcpFlags(0);
    refused.setCount(1L);
    String text = print(FlowPrinter.Format.COMPACT, false, false, refused);
    assertTrue(text.endsWith("DROPPED (TCP)\n"), text);
  }

  @Test
  void replySwapsTheEndsAndTurnsTheArrow() {
    Flow reply = Flows.allowed();
    reply.setReply(true);
    assertTrue(
        print(FlowPrinter.Format.COMPACT, false, false, reply)
            .contains("shop/backend-0:8080 (ID:257) <- shop/frontend-0:41000 (ID:256)"));
  }

  @Test
  void dictSeparatesFlowsByARule() {
    String text = print(FlowPrinter.Format.DICT, false, false, Flows.allowed(), Flows.dropped());
    assertTrue(
        text.startsWith("  TIMESTAMP: Nov 20 10:00:00.123\n     SOURCE: shop/frontend-0:41000"),
        text);
    assertTrue(text.contains("\n------------\n"), text);
    assertTrue(text.contains("    VERDICT: DROPPED\n"), text);
  }

  @Test
  void tableColumnsAlign() {
    String[] lines =
        print(FlowPrinter.Format.TABLE, false, false, Flows.allowed(), Flows.ping6()).split("\n");
    assertEquals(3, lines.length);
    int column = lines[0].indexOf("DESTINATION");
    assertTrue(lines[1].startsWith("shop/backend-0", column), lines[1]);
    assertTrue(lines[2].startsWith("shop/backend-0", column), lines[2]);
    assertTrue(lines[2].endsWith("ICMPv6 EchoRequest; expired, 0 packets before"), lines[2]);
  }

  @Test
  void jsonIsHubblesGetFlowsResponse() throws Exception {
    Flow dropped = Flows.dropped();
    dropped.setNeeded("from world");
    JsonNode json =
        new ObjectMapper().readTree(print(FlowPrinter.Format.JSON, false, false, dropped));
    assertEquals("default/node-1", json.at("/node_name").asText());
    assertEquals("2026-11-20T10:00:00.123Z", json.at("/time").asText());
    JsonNode flow = json.get("flow");
    assertEquals("DROPPED", flow.at("/verdict").asText());
    assertEquals(133, flow.at("/drop_reason").asInt());
    assertEquals("POLICY_DENIED", flow.at("/drop_reason_desc").asText());
    assertEquals(8080, flow.at("/l4/TCP/destination_port").asInt());
    assertTrue(flow.at("/l4/TCP/flags/SYN").asBoolean());
    assertEquals("reserved:world", flow.at("/source/labels/0").asText());
    assertEquals("backend-0", flow.at("/destination/pod_name").asText());
    assertEquals(1, flow.at("/event_type/type").asInt());
    assertEquals("default-deny", flow.at("/ingress_denied_by/0/name").asText());
    assertEquals("CiliumNetworkPolicy", flow.at("/ingress_denied_by/0/kind").asText());
    assertEquals("from world", flow.at("/extensions/value/needed").asText());
    assertTrue(flow.at("/is_reply").isMissingNode(), "a drop has no known direction");
  }

  @Test
  void everyDropCodeOfTheProtocolHasAName() {
    assertEquals("POLICY_DENY", FlowText.dropReasonName(181));
    assertEquals("INVALID_SOURCE_IP", FlowText.dropReasonName(132));
    assertEquals("DROP_REASON_UNKNOWN", FlowText.dropReasonName(9999));
  }
}
