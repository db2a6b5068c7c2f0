package dev.sluice.core.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.oracle.Answer.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A named port is what any pod of the destination's identity calls so. */
class PortSentencesTest {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private final TreeMap<ObjectKey, Map<String, Object>> objects = new TreeMap<>();

  PortSentencesTest() {
    objects.put(new ObjectKey("Namespace", "", "shop"), Map.of());
    pod("names", "10.0.1.10", "web", "", true);
    pod("like", "10.0.1.11", "web", "", false);
    policy("named", Map.of("ports", List.of(Map.of("port", "http"))));
  }

  private void pod(String name, String address, String app, String audit, boolean names) {
    Map<String, Object> port = Map.of("name", "http", "containerPort", 80L);
    Map<String, String> annotations =
        audit.isEmpty() ? Map.of() : Map.of("sluice.dev/policy-audit-mode", audit);
    objects.put(
        new ObjectKey("Pod", "shop", name),
        Map.of(
            "metadata",
            Map.of("labels", Map.of("app", app), "annotations", annotations),
            "spec",
            Map.of(
                "nodeName",
                "n",
                "containers",
                List.of(Map.of("ports", names ? List.of(port) : List.of()))),
            "status",
            Map.of("podIP", address)));
  }

  private void policy(String name, Map<String, Object> rule) {
    objects.put(
        new ObjectKey("NetworkPolicy", "shop", name),
        Map.of("spec", Map.of("podSelector", Map.of(), "ingress", List.of(rule))));
  }

  private Verdict toTheLike(int protocol, int port) {
    World world = WorldReader.read(objects, World.Settings.DEFAULT, List.of());
    Flow.Party from = new Flow.Party.Address(IpAddress.parse("203.0.113.9"));
    Flow.Party to = new Flow.Party.Pod("shop", "like");
    return Oracle.of(world).judge(new Flow(from, to, protocol, port, null)).verdict();
  }

  @Test
  void onePodNamesThePortForAllOfItsIdentity() {
    assertEquals(Verdict.ALLOW, toTheLike(TCP, 80));
    assertEquals(Verdict.DENY, toTheLike(TCP, 81));
    assertEquals(Verdict.DENY, toTheLike(UDP, 80));
  }

  @Test
  void aPodWithOtherLabelsNamesNothingForIt() {
    pod("names", "10.0.1.10", "api", "", true);
    assertEquals(Verdict.DENY, toTheLike(TCP, 80));
  }

  @Test
  void aPodUnderAuditIsOfAnotherIdentity() {
    pod("names", "10.0.1.10", "web", "Enabled", true);
    assertEquals(Verdict.DENY, toTheLike(TCP, 80));
  }

  @Test
  void prefixesThatMeanPodsTooSplitIdentities() {
    policy("block", from("10.0.1.10/32"));
    assertEquals(Verdict.DENY, toTheLike(TCP, 80));
    policy("block", from("10.0.1.0/24"));
    assertEquals(Verdict.ALLOW, toTheLike(TCP, 80));
    policy("block", from("10.0.1.0/24", "10.0.1.11/32"));
    assertEquals(Verdict.DENY, toTheLike(TCP, 80));
  }

  private static Map<String, Object> from(String prefix, String... except) {
    Map<String, Object> block = Map.of("cidr", prefix, "except", List.of(except));
    return Map.of(
        "from",
        List.of(Map.of("ipBlock", block)),
        "ports",
        List.of(Map.of("port", 9L, "protocol", "UDP")));
  }
}
