package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.core.dns.DnsQuestion;
import dev.sluice.core.dns.DnsType;
import dev.sluice.core.dns.Lesson;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.proxy.dns.DnsSeen.Outcome;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.Verdict;
import dev.sluice.schemas.serde.TrustedClasses;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A message becomes a flow with Hubble's {@code l7.dns}. */
class DnsFlowsTest {
  private static final Peer POD = new Peer(IpAddress.parse("10.0.1.10"), 40_000);
  private static final Peer SERVER = new Peer(IpAddress.parse("10.0.1.253"), 53);
  private static final FlowRules RULES =
      new FlowRules(
          "shop/pay",
          7,
          256,
          300,
          new QuestionRules(true, List.of(), List.of("CiliumNetworkPolicy/shop/pay#/spec")),
          true,
          true);

  private final DnsFlows flows = new DnsFlows("node-1", new PeerBook(), null, Clock.systemUTC());

  private static DnsSeen seen(String name, Outcome outcome, Lesson lesson) {
    DnsQuestion question = new DnsQuestion(name, DnsType.A, DnsQuestion.INTERNET);
    List<Integer> types = lesson == null ? List.of() : List.of(DnsType.CNAME, DnsType.A);
    return new DnsSeen(POD, SERVER, 17, RULES, question, outcome, lesson, 0, types, 1_500_000);
  }

  @Test
  void aQuestion() {
    Flow flow = flows.flow(seen("api.stripe.com", Outcome.ASKED, null), Instant.EPOCH);
    assertEquals(
        "{\"type\":\"REQUEST\",\"dns\":{\"query\":\"api.stripe.com.\",\"observation_source\":\"proxy\",\"qtypes\":[\"A\"]}}",
        flow.getL7());
    assertEquals(Verdict.FORWARDED, flow.getVerdict());
    assertEquals(List.of("CiliumNetworkPolicy/shop/pay#/spec"), flow.getAllowedBy());
  }

  @Test
  void anAnswerWithWhatItTaught() {
    Map<IpAddress, Long> ttls = new TreeMap<>();
    ttls.put(IpAddress.parse("203.0.113.1"), 60L);
    ttls.put(IpAddress.parse("2001:db8::1"), 5L);
    Lesson lesson = new Lesson("api.stripe.com", List.of("edge.example"), ttls);
    Flow flow = flows.flow(seen("api.stripe.com", Outcome.ANSWERED, lesson), Instant.EPOCH);
    assertEquals(
        "{\"type\":\"RESPONSE\",\"latency_ns\":\"1500000\",\"dns\":{\"query\":\"api.stripe.com.\",\"ips\":[\"203.0.113.1\",\"2001:db8::1\"],\"ttl\":5,\"cnames\":[\"edge.example.\"],\"rcode\":0,\"observation_source\":\"proxy\",\"qtypes\":[\"A\"],\"rrtypes\":[\"CNAME\",\"A\"]}}",
        flow.getL7());
    assertEquals("10.0.1.253", flow.getSourceIp());
  }

  @Test
  void aNameOfOddBytesAndAnAnswerWithoutAddresses() {
    Lesson nothing = new Lesson("a\\034b", List.of(), Map.of());
    Flow flow = flows.flow(seen("a\\034b", Outcome.HELD_TOO_LONG, nothing), Instant.EPOCH);
    assertEquals(
        "{\"type\":\"RESPONSE\",\"latency_ns\":\"1500000\",\"dns\":{\"query\":\"a\\\\034b.\",\"ips\":[],\"cnames\":[],\"rcode\":0,\"observation_source\":\"proxy\",\"qtypes\":[\"A\"],\"rrtypes\":[\"CNAME\",\"A\"]}}",
        flow.getL7());
    assertEquals(Verdict.ERROR, flow.getVerdict());
  }

  @Test
  void nothingOfItIsMissing() throws IOException {
    TrustedClasses.declare(); // it is read without a serde
    Flow flow = flows.flow(seen("api.stripe.com", Outcome.REFUSED, null), Instant.EPOCH);
    assertEquals(flow, Flow.fromByteBuffer(flow.toByteBuffer()));
    assertEquals("POLICY_DENIED", flow.getDropReasonText());
  }

  @Test
  void eachHasAnIdOfItsOwn() {
    DnsSeen question = seen("api.stripe.com", Outcome.ASKED, null);
    assertNotEquals(
        flows.flow(question, Instant.EPOCH).getUuid(),
        flows.flow(question, Instant.EPOCH).getUuid());
  }

  @Test
  void whatAPodWasToldNamesWhatItThenDials() {
    PeerBook peers = new PeerBook();
    FlowReader reader = new FlowReader(sink -> 0, null, null);
    DnsFlows told = new DnsFlows("node-1", peers, reader, Clock.systemUTC());
    IpAddress address = IpAddress.parse("203.0.113.1");
    Lesson lesson = new Lesson("api.stripe.com", List.of(), Map.of(address, 5L));
    told.seen(seen("api.stripe.com", Outcome.ASKED, null));
    told.seen(seen("api.stripe.com", Outcome.HELD_TOO_LONG, lesson));
    assertEquals(List.of(), peers.peer(address, 2, 0).getNames());
    told.seen(seen("api.stripe.com", Outcome.ANSWERED, lesson));
    assertEquals(List.of("api.stripe.com"), peers.peer(address, 2, 0).getNames());
    assertEquals(List.of(), peers.peer(IpAddress.parse("203.0.113.2"), 2, 0).getNames());
  }
}
