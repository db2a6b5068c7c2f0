package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Egress by names on two nodes, over UDP and both families: what a name's answers open, for whom,
 * and what is left of it when the applier dies.
 */
@RequiresKernel
class DnsEgressTest {
  /** Addresses that only the refused name has. */
  private static final String UNLEARNED4 = "203.0.113.66";

  private static final String UNLEARNED6 = "2001:db8::66";

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String CROWD = "crowd.stripe.com";

  /** Addresses that a name may have, and those of each family that this one has. */
  private static final int ROOM = 8;

  private static final int CROWDED = 12;

  @TempDir private static Path scripts;
  private static Resolving resolving;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    resolving = new Resolving(scripts);
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + outside(
                    "stripe",
                    "api.stripe.com, ttlSeconds: 1, perAnswer: 1",
                    "203.0.113.10",
                    "203.0.113.11",
                    "203.0.113.12",
                    "2001:db8::10",
                    "2001:db8::11",
                    "2001:db8::12")
                + outside("other", "api.example.com", UNLEARNED4, UNLEARNED6)
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + resolving.outside("crowd", CROWD + ", ttlSeconds: 1, perAnswer: 1", crowd())
                + Resolving.policy("egress-stripe", "pay", "*.stripe.com"),
            "dns.addresses.per.name=" + ROOM,
            "dns.idle.grace=1s",
            "dns.use.interval=1s");
    lab.awaitConnects("outside/stripe", "203.0.113.10", Manifests.PORT);
    lab.awaitConnects("outside/other", UNLEARNED4, Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String outside(String host, String name, String... addresses) {
    return Manifests.outside(host, addresses)
        + """
          command: [python3, -m, http.server, "8080", --bind, "::"]
          names: [{name: %s}]
        """
            .formatted(name);
  }

  private static List<String> lookUp(String pod, String name, boolean v6, int times) {
    return resolving.lookUp(lab, pod, name, v6, times);
  }

  private static String status(String pod, String server, String name, String type) {
    String text = lab.exec(pod, "dig", "+time=2", "+tries=3", "@" + server, name, type).text();
    return text.replaceAll("(?s).*status: (\\w+).*", "$1");
  }

  @Test
  void namesOpenAddressesAndOnlyThose() throws IOException {
    refusedNamesAreAnsweredSo();
    closedEverywhere("203.0.113.10", "2001:db8::10", UNLEARNED4, UNLEARNED6);
    whatIsAnsweredIsOpenAtOnceHoweverAnswersRotate();
    closedEverywhere(UNLEARNED4, UNLEARNED6);
    whatOneNodeLookedUpIsOpenOnTheOther();
    itIsSeen();
    itSurvivesTheApplier();
    domainNamesOfTheAdminTierOpenThemToo();
    theOldestAddressesWithoutConnectionMakeRoom();
  }

  private void refusedNamesAreAnsweredSo() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      String server = lab.address("kube-system/kube-dns", v6);
      for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
        assertEquals("REFUSED", status(pod, server, "api.example.com", "A"), pod + " " + server);
        assertEquals("REFUSED", status(pod, server, "stripe.com", "AAAA"), pod + " " + server);
      }
    }
  }

  private void closedEverywhere(String... addresses) {
    for (String address : addresses) {
      for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
        assertFalse(lab.connects(pod, address, Manifests.PORT), pod + " reached " + address);
      }
    }
  }

  /** Three addresses of each family, one an answer: every one is new once. */
  private void whatIsAnsweredIsOpenAtOnceHoweverAnswersRotate() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      List<String> lines = lookUp("shop/pay-1", "api.stripe.com", v6, 9);
      assertTrue(lines.stream().allMatch(line -> line.startsWith("opened ")), lines::toString);
      assertEquals(3, lines.stream().distinct().count(), lines::toString);
      assertEquals(9, lines.size(), lines::toString);
    }
    for (boolean v6 : List.of(false, true)) {
      String server = lab.address("kube-system/kube-dns", v6);
      assertEquals("NOERROR", status("shop/pay-1", server, "aPi.StRiPe.CoM", "A"));
    }
  }

  private void whatOneNodeLookedUpIsOpenOnTheOther() {
    for (String address : List.of("203.0.113.12", "2001:db8::12")) {
      lab.awaitConnects("shop/pay-2", address, Manifests.PORT);
    }
  }

  private void itIsSeen() {
    for (String address : List.of("203.0.113.10", "203.0.113.11", "2001:db8::11")) {
      assertTrue(
          Waiting.until(Duration.ofSeconds(15), () -> cached(address)),
          () -> address + " in " + lab.sluice("fqdn", "cache", "list").text());
    }
    assertFalse(lab.sluice("fqdn", "cache", "list").text().contains(UNLEARNED4));
    for (String told :
        List.of(
            "dns-request proxy DROPPED (DNS Query api.example.com. A)",
            "dns-request proxy FORWARDED (DNS Query api.stripe.com. A)",
            "dns-response proxy FORWARDED (DNS Answer \"203.0.113.1")) {
      assertTrue(
          Waiting.until(Duration.ofSeconds(15), () -> messages().contains(told)),
          () -> told + " in " + messages());
    }
    assertTrue(
        Waiting.until(Duration.ofSeconds(15), () -> meant().contains(" -> 203.0.113.1")), meant());
  }

  /** Connections to what a name led to. */
  private static String meant() {
    String[] asked = {"observe", "--from-pod", "shop/pay-1", "--to-fqdn", "API.stripe.*", "-4"};
    return lab.sluice(asked).text();
  }

  private static String messages() {
    return lab.sluice("observe", "-t", "l7", "--last", "1000").text();
  }

  private static boolean cached(String address) {
    return lab.sluice("fqdn", "cache", "list")
        .text()
        .lines()
        .anyMatch(
            line ->
                line.matches(
                    ".* shop/pay-1 +\\*\\.stripe\\.com +api\\.stripe\\.com +"
                        + address.replace(".", "\\.")
                        + " +\\d+s"));
  }

  private void itSurvivesTheApplier() throws IOException {
    lab.kill("node-applier@node-1");
    for (String address : List.of("203.0.113.10", "2001:db8::10")) {
      assertTrue(
          lab.connects("shop/pay-1", address, Manifests.PORT), address + " closed without applier");
    }
    closedEverywhere(UNLEARNED4, UNLEARNED6);
    List<String> dead = lookUp("shop/pay-1", "api.stripe.com", false, 1);
    assertTrue(dead.getFirst().startsWith("no answer"), dead::toString);
    lab.start("node-applier@node-1");
    for (boolean v6 : List.of(false, true)) {
      List<String> lines = lookUp("shop/pay-1", "api.stripe.com", v6, 3);
      assertTrue(lines.stream().allMatch(line -> line.startsWith("opened ")), lines::toString);
    }
    for (String address : List.of("203.0.113.10", "2001:db8::10")) {
      assertTrue(
          lab.connects("shop/pay-1", address, Manifests.PORT), address + " closed afterwards");
    }
    refusedNamesAreAnsweredSo();
    closedEverywhere(UNLEARNED4, UNLEARNED6);
  }

  /** The same peers as {@code toFQDNs}, of a ClusterNetworkPolicy. */
  private void domainNamesOfTheAdminTierOpenThemToo() throws IOException {
    lab.apply(
        Manifests.client("buy", "buy", "node-1", "")
            + """
            ---
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: buy-asks, namespace: shop}
            spec:
              endpointSelector: {matchLabels: {app: buy}}
              egress:
              - toEndpoints:
                - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
                toPorts:
                - ports: [{port: "53", protocol: ANY}]
                  rules: {dns: [{matchPattern: "*.example.com"}]}
            ---
            apiVersion: policy.networking.k8s.io/v1alpha2
            kind: ClusterNetworkPolicy
            metadata: {name: example}
            spec:
              tier: Admin
              priority: 1
              subject: {pods: {podSelector: {matchLabels: {app: buy}}}}
              egress:
              - action: Accept
                to: [{domainNames: ["*.example.com"]}]
                protocols: [{tcp: {destinationPort: {number: 8080}}}]
            """);
    for (boolean v6 : List.of(false, true)) {
      String address = v6 ? UNLEARNED6 : UNLEARNED4;
      assertEquals(List.of("opened " + address), lookUp("shop/buy", "api.example.com", v6, 1));
      assertFalse(lab.connects("shop/buy", v6 ? "2001:db8::10" : "203.0.113.10", Manifests.PORT));
    }
    closedEverywhere(UNLEARNED4, UNLEARNED6);
  }

  /** Addresses of both families from {@code 203.0.113.32} on. */
  private static List<String> crowd() {
    return IntStream.range(32, 32 + CROWDED)
        .boxed()
        .flatMap(i -> Stream.of("203.0.113." + i, "2001:db8::" + Integer.toHexString(i)))
        .toList();
  }

  private void theOldestAddressesWithoutConnectionMakeRoom() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      String line = lookUp("shop/pay-1", CROWD, v6, 1).getFirst();
      assertTrue(line.startsWith("opened "), line);
      String used = line.substring("opened ".length());
      Resolving.Held held = resolving.hold(lab, "shop/pay-1", used);
      assertTrue(Waiting.until(PATIENCE, () -> held.state().equals("open")), held::state);
      List<String> asked = ask("shop/pay-1", lab.address("kube-system/kube-dns", v6), v6);
      assertEquals(CROWDED, Set.copyOf(asked).size(), "each has its turn: " + asked);
      assertTrue(
          Waiting.until(
              PATIENCE, () -> crowdCached().size() <= ROOM && crowdCached().contains(used)),
          () -> crowdCached().toString());
      Set<String> gone = new TreeSet<>(asked);
      gone.removeAll(crowdCached());
      assertTrue(gone.size() >= CROWDED - ROOM, gone::toString);
      Resolving.awaitForgotten(lab, 1, gone.iterator().next());
      Resolving.awaitForgotten(lab, 2, gone.iterator().next());
      closedEverywhere(gone.iterator().next());
      assertTrue(
          lab.connects("shop/pay-2", used, Manifests.PORT), "used on the other node: " + used);
      assertEquals("open", held.state());
      held.letGo();
    }
    String told = "a name had more than " + ROOM + " addresses without a connection";
    assertTrue(Waiting.until(PATIENCE, () -> policy().contains(told)), DnsEgressTest::policy);
    assertTrue(policy().contains("(" + CROWD + ": "), "counted: " + policy());
  }

  private static String policy() {
    return lab.sluice("policy", "get", "shop/egress-stripe", "-o", "json").text();
  }

  /** Asks for all of them, and dials none. */
  private static List<String> ask(String pod, String server, boolean v6) {
    List<String> command = new ArrayList<>(List.of("dig", "+short", "+time=2", "@" + server));
    for (int i = 0; i < CROWDED; i++) {
      command.addAll(List.of(CROWD, v6 ? "AAAA" : "A"));
    }
    return lab.exec(pod, command.toArray(String[]::new)).text().lines().toList();
  }

  private static Set<String> crowdCached() {
    Set<String> addresses = new TreeSet<>();
    Matcher row =
        Pattern.compile(" " + CROWD.replace(".", "\\.") + " +(\\S+)")
            .matcher(lab.sluice("fqdn", "cache", "list").text());
    while (row.find()) {
      addresses.add(row.group(1));
    }
    return addresses;
  }
}
