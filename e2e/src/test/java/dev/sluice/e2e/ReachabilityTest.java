package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every pair of six pods on two nodes, in both families, and packets that are too big. */
@RequiresKernel
class ReachabilityTest {
  private static final Map<String, String> APPS =
      new TreeMap<>(
          Map.of(
              "front-1", "front", "front-2", "front", "back-1", "back", "back-2", "back", "other-1",
              "other", "other-2", "other"));

  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    StringBuilder manifests = new StringBuilder(Manifests.namespace("shop"));
    APPS.forEach(
        (pod, app) ->
            manifests.append(
                Manifests.server(pod, app, "node-" + pod.charAt(pod.length() - 1), "")));
    manifests.append(Manifests.allow("back", "back", "front"));
    manifests.append(
        """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: other-sends-nothing, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: other}}
          egress: []
        """);
    lab = Lab.up(2, manifests.toString());
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static boolean allowed(String from, String to) {
    return !APPS.get(from).equals("other")
        && (!APPS.get(to).equals("back") || APPS.get(from).equals("front"));
  }

  private static String mode(String mode) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: SluiceSettings
    metadata: {name: cluster}
    spec: {policyEnforcementMode: %s}
    """
        .formatted(mode);
  }

  @Test
  void everyPairInBothFamiliesIsAsThePolicySays() throws IOException {
    assertPairs(ReachabilityTest::allowed);
  }

  @Test
  void theModeOfTheClusterChangesEveryPair() throws IOException {
    try {
      assertTrue(lab.apply(mode("always")).contains("SluiceSettings cluster created"));
      assertPairs((from, to) -> false);
      for (String pod : APPS.keySet()) {
        String node = "node/" + pod.charAt(pod.length() - 1);
        assertTrue(lab.connects(node, lab.address("shop/" + pod, true), 8080), "the own node may");
      }
      String list = lab.sluice("endpoint", "list", "--no-headers").text();
      assertEquals(6, list.lines().filter(l -> l.matches(".*Enabled +Enabled.*ready.*")).count());
      assertTrue(
          lab.sluice("status").text().lines().anyMatch(l -> l.matches("Enforcement mode +always")));
      lab.apply(mode("never"));
      assertPairs((from, to) -> true);
      Lab.Result wrong = lab.sluice("lab", "apply", "-f", lab.file(mode("of")).toString());
      assertEquals(1, wrong.status(), wrong.text());
      assertTrue(wrong.text().contains("write default, always, never"), wrong.text());
      assertPairs((from, to) -> true);
      Lab.Result verified = lab.sluice("replay", "--verify");
      assertEquals(0, verified.status(), verified.text());
    } finally {
      lab.delete(mode("default"));
    }
    assertPairs(ReachabilityTest::allowed);
  }

  /** A pod that runs gets other labels: it is somebody else, and every command says so. */
  @Test
  void otherLabelsAreAnotherIdentity() throws IOException {
    String pod = "other-1";
    String before = Manifests.server(pod, "other", "node-1", "");
    int front = identity("front-1");
    assertNotEquals(front, identity(pod));
    lab.apply(Manifests.server(pod, "front", "node-1", ""));
    try {
      assertEquals(front, identity(pod));
      assertEquals(
          "" + front,
          lab.sluice("endpoint", "get", "shop/" + pod, "-o", "jsonpath={[0].status.identity.id}")
              .text());
      assertTrue(lab.connects("shop/" + pod, lab.address("shop/back-2", true), Manifests.PORT));
    } finally {
      lab.apply(before);
    }
    assertNotEquals(front, identity(pod));
  }

  private static int identity(String pod) throws IOException {
    for (JsonNode each : lab.status().path("pods")) {
      if (each.path("name").asText().equals(pod)) {
        return each.path("identity").asInt();
      }
    }
    throw new AssertionError("no pod " + pod);
  }

  /** Every pair, in both families, must be as {@code allowed} says of source and destination. */
  private static void assertPairs(BiPredicate<String, String> allowed) throws IOException {
    Map<String, String> podOf = new TreeMap<>();
    for (String pod : APPS.keySet()) {
      podOf.put(lab.address("shop/" + pod, false), pod);
      podOf.put(lab.address("shop/" + pod, true), pod);
    }
    for (String pod : APPS.keySet()) {
      lab.awaitConnects(
          "node/" + pod.charAt(pod.length() - 1), lab.address("shop/" + pod, false), 8080);
    }
    List<String> wrong = new ArrayList<>();
    for (String from : APPS.keySet()) {
      Set<String> reached = lab.reached("shop/" + from, podOf.keySet(), Manifests.PORT);
      podOf.forEach(
          (address, to) -> {
            if (!to.equals(from) && reached.contains(address) != allowed.test(from, to)) {
              wrong.add(
                  from
                      + " -> "
                      + to
                      + " "
                      + address
                      + (allowed.test(from, to) ? " denied" : " reached"));
            }
          });
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void packetsThatMayNotBeFragmentedCrossNodesUpToThePodsMtu() throws IOException {
    String there = lab.address("shop/front-2", false);
    Lab.Result fits =
        lab.exec("shop/front-1", "ping", "-M", "do", "-c", "1", "-W", "2", "-s", "1350", there);
    assertEquals(0, fits.status(), fits.text());
    Lab.Result tooBig =
        lab.exec("shop/front-1", "ping", "-M", "do", "-c", "1", "-W", "2", "-s", "1472", there);
    assertTrue(tooBig.status() != 0, tooBig.text());
    assertTrue(tooBig.text().contains("mtu") || tooBig.text().contains("too long"), tooBig.text());
  }

  @Test
  void aMegabyteCrossesNodesInBothFamilies() throws IOException {
    String server =
        "import socket\n"
            + "s=socket.create_server(('::',9000),family=socket.AF_INET6,dualstack_ipv6=True)\n"
            + "while True:\n"
            + "  c,_=s.accept(); n=0\n"
            + "  while (b:=c.recv(65536)): n+=len(b)\n"
            + "  c.close(); print(n,flush=True)\n";
    java.nio.file.Path output = lab.spawn("shop/front-2", "python3", "-c", server);
    for (boolean v6 : new boolean[] {false, true}) {
      String address = lab.address("shop/front-2", v6);
      lab.awaitConnects("shop/front-1", address, 9000);
      Lab.Result sent =
          lab.exec(
              "shop/front-1",
              "timeout",
              "10",
              "bash",
              "-c",
              "head -c 1000000 /dev/zero >/dev/tcp/" + address + "/9000");
      assertEquals(0, sent.status(), sent.text());
    }
    assertTrue(
        dev.sluice.lab.Waiting.until(
            java.time.Duration.ofSeconds(10),
            () -> {
              try {
                return java.nio.file.Files.readAllLines(output).stream()
                        .filter("1000000"::equals)
                        .count()
                    == 2;
              } catch (IOException e) {
                return false;
              }
            }),
        "both transfers arrive whole");
  }
}
