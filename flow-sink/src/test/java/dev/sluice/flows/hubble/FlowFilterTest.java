package dev.sluice.flows.hubble;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.flows.hubble.FlowFilter.Side;
import dev.sluice.schemas.Flow;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FlowFilterTest {
  private static Arguments row(
      String name, Predicate<Flow> filter, boolean allowed, boolean dropped, boolean ping) {
    return Arguments.of(name, filter, List.of(allowed, dropped, ping));
  }

  static Stream<Arguments> filters() {
    return Stream.of(
        row("namespace", FlowFilter.namespace(Side.EITHER, "shop"), true, true, true),
        row("from namespace", FlowFilter.namespace(Side.FROM, "shop"), true, false, true),
        row("pod prefix", FlowFilter.pod(Side.FROM, "shop/front"), true, false, true),
        row(
            "pod of another namespace",
            FlowFilter.pod(Side.EITHER, "frontend-0"),
            false,
            false,
            false),
        row("whole namespace as pod", FlowFilter.pod(Side.TO, "shop/"), true, true, true),
        row("workload", FlowFilter.workload(Side.FROM, "shop/frontend"), true, false, true),
        row("to label", FlowFilter.label(Side.TO, "app=backend"), true, true, true),
        row("from label", FlowFilter.label(Side.FROM, "app=backend"), false, false, false),
        row(
            "label with source",
            FlowFilter.label(Side.FROM, "k8s:app=frontend"),
            true,
            false,
            true),
        row(
            "label of another source",
            FlowFilter.label(Side.FROM, "cni:app=frontend"),
            false,
            false,
            false),
        row("reserved label", FlowFilter.label(Side.FROM, "reserved:world"), false, true, false),
        row("label in", FlowFilter.label(Side.FROM, "app in (frontend,other)"), true, false, true),
        row("label notin", FlowFilter.label(Side.FROM, "app notin (frontend)"), false, true, false),
        row("label unequal", FlowFilter.label(Side.FROM, "app!=frontend"), false, true, false),
        row("label absent", FlowFilter.label(Side.FROM, "!app"), false, true, false),
        row("two labels", FlowFilter.label(Side.FROM, "app=frontend,tier"), false, false, false),
        row("identity", FlowFilter.identity(Side.FROM, "2"), false, true, false),
        row("ip", FlowFilter.ip(Side.FROM, "203.0.113.0/24"), false, true, false),
        row("ip v6", FlowFilter.ip(Side.EITHER, "fd00:10:0:1::6"), false, false, true),
        row("port", FlowFilter.port(Side.TO, "8080"), true, true, false),
        row("protocol", FlowFilter.protocol("icmp"), false, false, true),
        row("verdict", FlowFilter.verdict("dropped"), false, true, false),
        row("type drop", FlowFilter.type("drop"), false, true, false),
        row("type drop by number", FlowFilter.type("drop:181"), false, false, false),
        row(
            "type drop by hubble's name",
            FlowFilter.type("drop:Policy_Denied"),
            false,
            true,
            false),
        row("type drop in words", FlowFilter.type("drop:Policy denied"), false, true, false),
        row("type and how it matched", FlowFilter.type("policy-verdict:l3-l4"), true, false, false),
        row("no DNS message", FlowFilter.protocol("DNS"), false, false, false),
        row("type policy-verdict", FlowFilter.type("policy-verdict"), true, true, false),
        row("type trace", FlowFilter.type("trace:to-endpoint"), false, false, true),
        row("drop reason", FlowFilter.dropReason("policy_denied"), false, true, false),
        row("node", FlowFilter.node("default/node-1"), true, true, true),
        row("ip version", FlowFilter.ipVersion(6), false, false, true),
        row("direction", FlowFilter.direction("egress"), false, false, false),
        row("flags", FlowFilter.tcpFlags("syn"), true, true, false),
        row("flags, all of them", FlowFilter.tcpFlags("syn,ack"), false, false, false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("filters")
  void matches(String name, Predicate<Flow> filter, List<Boolean> expected) {
    assertEquals(
        expected,
        Stream.of(Flows.allowed(), Flows.dropped(), Flows.ping6()).map(filter::test).toList());
  }

  @Test
  void aNameMatchesAsHubbleMatchesIt() {
    Flow flow = Flows.allowed();
    flow.getDestination().setNames(List.of("api.stripe.com", "edge.example"));
    for (String pattern : List.of("api.stripe.com", "API.Stripe.com.", "*.stripe.com", "ed*ple")) {
      assertTrue(FlowFilter.fqdn(Side.TO, pattern).test(flow), pattern);
      assertTrue(FlowFilter.fqdn(Side.EITHER, pattern).test(flow), pattern);
      assertEquals(false, FlowFilter.fqdn(Side.FROM, pattern).test(flow), pattern);
    }
    for (String pattern : List.of("stripe.com", "*.stripe.co", "apixstripe.com")) {
      assertEquals(false, FlowFilter.fqdn(Side.EITHER, pattern).test(flow), pattern);
    }
    refuses(() -> FlowFilter.fqdn(Side.TO, "."), "empty", "example");
  }

  @Test
  void flagsAreAndedAndTheirValuesOred() {
    Predicate<Flow> filter =
        FlowFilter.all(
            List.of(
                FlowFilter.any(
                    List.of(FlowFilter.verdict("DROPPED"), FlowFilter.verdict("FORWARDED"))),
                FlowFilter.any(List.of(FlowFilter.identity(Side.FROM, "2")))));
    assertTrue(filter.test(Flows.dropped()));
    assertEquals(false, filter.test(Flows.allowed()));
  }

  private static void refuses(Executable filter, String value, String known) {
    String message = assertThrows(IllegalArgumentException.class, filter).getMessage();
    assertTrue(message.contains(value) && message.contains(known), message);
  }

  @Test
  void unknownValuesAreRefusedWithTheKnownOnes() {
    refuses(() -> FlowFilter.verdict("DENIED"), "--verdict DENIED", "DROPPED");
    refuses(() -> FlowFilter.type("debugging"), "--type debugging", "policy-verdict");
    refuses(() -> FlowFilter.type("trace:to-moon"), "--type trace:to-moon", "to-endpoint");
    refuses(() -> FlowFilter.type("policy-verdict:L9"), "L9", "L3-L4");
    refuses(() -> FlowFilter.type("l7:dns"), "--type l7:dns", "--protocol");
    refuses(() -> FlowFilter.type("drop:999"), "999", "POLICY_DENIED");
    refuses(() -> FlowFilter.dropReason("POLICY"), "--drop-reason-desc POLICY ", "POLICY_DENIED");
    refuses(() -> FlowFilter.direction("in"), "--traffic-direction in", "ingress");
    refuses(() -> FlowFilter.protocol("http"), "--protocol http", "sctp");
    refuses(() -> FlowFilter.tcpFlags("SYN,PUSH"), "--tcp-flags PUSH", "PSH");
    refuses(() -> FlowFilter.port(Side.TO, "70000"), "70000", "65535");
    assertThrows(IllegalArgumentException.class, () -> FlowFilter.label(Side.EITHER, "a,,b"));
    FlowFilter.label(Side.EITHER, "app in (a, a)"); // said twice is said
  }
}
