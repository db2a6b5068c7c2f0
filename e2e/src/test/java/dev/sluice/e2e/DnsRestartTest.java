package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Lookups of both families while the applier is replaced, killed, and killed while the brokers are
 * away: what is asked is answered, and what was opened stays open. The server is on another node.
 */
@RequiresKernel
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DnsRestartTest {
  private static final String ASK =
      Lab.ROOT.resolve("e2e/src/test/resources/dns/ask.py").toString();
  private static final String POD = "shop/pay";
  private static final int QUESTIONS = 400;

  private static final String APPLIER = "node-applier@node-2";

  private static Lab lab;
  private static String server;
  private static String server6;

  @BeforeAll
  static void up() throws IOException {
    StringBuilder hosts = new StringBuilder();
    for (int i = 1; i <= 6; i++) {
      hosts.append(
          Manifests.outside("host-" + i, address(i, false), address(i, true))
              + """
                command: [python3, -m, http.server, "8080", --bind, "::"]
                names: [{name: n%d.stripe.com}]
              """
                  .formatted(i));
    }
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + hosts
                + Manifests.outside("combo", address(99, false), address(99, true))
                + """
                  command: [python3, -m, http.server, "8080", --bind, "::"]
                  names: [{name: combo.stripe.com}]
                """
                + Manifests.client("pay", "pay", "node-2", "")
                + """
                ---
                apiVersion: cilium.io/v2
                kind: CiliumNetworkPolicy
                metadata: {name: pay, namespace: shop}
                spec:
                  endpointSelector: {matchLabels: {app: pay}}
                  egress:
                  - toEndpoints:
                    - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
                    toPorts:
                    - ports: [{port: "53", protocol: ANY}]
                      rules: {dns: [{matchPattern: "*.stripe.com"}]}
                  - toFQDNs: [{matchPattern: "*.stripe.com"}, {matchPattern: "combo*.stripe.com"}]
                    toPorts:
                    - ports: [{port: "8080", protocol: TCP}]
                """,
            "dns.use.interval=1s",
            // A process that has just begun, on a machine that is busy, is slow the first time.
            "dns.hold.limit=2s",
            // Whoever asks over and over meanwhile waits in as many connections; more are reset.
            "dns.tcp.connections=512",
            "node.status.interval=1s");
    for (int i = 1; i <= 6; i++) {
      lab.awaitConnects("outside/host-" + i, "203.0.113." + i, Manifests.PORT);
    }
    server = lab.address("kube-system/kube-dns", false);
    server6 = lab.address("kube-system/kube-dns", true);
    assertTrue(
        Waiting.until(Duration.ofSeconds(10), () -> resolves(1)), "the resolver should answer");
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String address(int host, boolean v6) {
    return v6 ? "2001:db8::" + host : "203.0.113." + host;
  }

  private static boolean resolves(int host) {
    String name = "n" + host + ".stripe.com";
    return answer(server, name, false).equals(address(host, false))
        && answer(server6, name, true).equals(address(host, true));
  }

  private static String answer(String at, String name, boolean v6) {
    String type = v6 ? "AAAA" : "A";
    return lab.exec(POD, "dig", "+short", "+time=3", "+tries=2", "@" + at, name, type).text();
  }

  private static boolean reaches(int host) {
    return lab.connects(POD, address(host, false), Manifests.PORT)
        && lab.connects(POD, address(host, true), Manifests.PORT);
  }

  private static boolean isClosed(int host) {
    return !lab.connects(POD, address(host, false), Manifests.PORT)
        && !lab.connects(POD, address(host, true), Manifests.PORT);
  }

  private static Path steady(String at) throws IOException {
    Path output =
        lab.spawn(POD, "python3", ASK, "steady", at, "n1.stripe.com", "" + QUESTIONS, "30");
    assertTrue(Waiting.until(Duration.ofSeconds(20), () -> read(output).contains("begun")));
    return output;
  }

  private static String result(Path output) {
    assertTrue(
        Waiting.until(Duration.ofSeconds(120), () -> read(output).contains("slowest")),
        () -> read(output));
    return read(output).lines().toList().getLast();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  @Order(1)
  void whileTheApplierIsReplacedNoQuestionIsLost() throws IOException {
    assertTrue(resolves(1));
    List<Path> asking = List.of(steady(server), steady(server6));
    assertEquals(0, lab.sluice("lab", "restart", APPLIER).status());
    assertTrue(resolves(2) && reaches(2), "a name that nobody had asked for");
    for (Path each : asking) {
      String result = result(each);
      System.out.println("replaced: " + result);
      assertTrue(result.startsWith("udp %1$d tcp %1$d of %1$d ".formatted(QUESTIONS)), result);
    }
    assertTrue(reaches(1) && isClosed(3));
  }

  @Test
  @Order(2)
  void afterAKillNamesAreLearnedAgainAndNothingIsForgotten() throws IOException {
    JsonNode component = applier();
    ProcessHandle process = ProcessHandle.of(component.path("pid").asLong()).orElseThrow();
    long killed = System.currentTimeMillis();
    assertTrue(process.destroyForcibly());
    // Asked all the while, so that nothing but the applier decides when the answer comes.
    Path asking = lab.spawn(POD, "python3", ASK, "back", server, "n3.stripe.com", "30");
    assertTrue(reaches(2), "the kernel judges alone");
    assertTrue(isClosed(4), "nobody has asked for it");
    assertTrue(
        Waiting.until(Duration.ofSeconds(40), () -> read(asking).contains("answered")),
        () -> read(asking));
    String[] told = read(asking).lines().toList().getLast().split(" ");
    assertTrue(Long.parseLong(told[1]) > killed, read(asking));
    System.out.printf(
        "answered %d ms after kill -9, the question number %s%n",
        Long.parseLong(told[1]) - killed, told[3]);
    assertTrue(lab.connects(POD, address(3, false), Manifests.PORT));
    assertTrue(resolves(3), "in both families");
    assertTrue(reaches(1) && reaches(2) && reaches(3) && isClosed(4));
  }

  @Test
  @Order(3)
  void withTheBrokersAwayAKilledApplierLearnsNamesAllTheSame() throws IOException {
    assertTrue(
        Waiting.until(
            Duration.ofSeconds(30), () -> applier().path("state").asText().equals("running")));
    lab.kill("broker");
    assertTrue(resolves(4) && reaches(4), "a name under a set that is known");
    lab.kill(APPLIER);
    assertTrue(reaches(4), "it stays open with nobody there");
    lab.start(APPLIER);
    assertTrue(resolves(5) && reaches(5), "a name that nobody had asked for");
    assertTrue(reaches(4) && isClosed(6));
    lab.start("broker");
    for (int host : List.of(4, 5)) {
      for (boolean v6 : List.of(false, true)) {
        assertTrue(
            Waiting.until(
                Duration.ofSeconds(60),
                () -> lab.sluice("fqdn", "cache", "list").text().contains(address(host, v6) + " ")),
            () -> lab.sluice("fqdn", "cache", "list").text());
      }
      assertTrue(reaches(host), "n" + host + " was cut");
    }
    assertTrue(resolves(6) && reaches(6));
  }

  /** Two patterns select the name, which no policy spells out: the pair has no number yet. */
  @Test
  @Order(4)
  void whatCannotBeMadeUsableInTimeIsNeverReleased() throws IOException {
    lab.awaitConnects("outside/combo", "203.0.113.99", Manifests.PORT);
    lab.kill("identity-stream");
    String question = "combo.stripe.com";
    for (boolean v6 : List.of(false, true)) {
      String at = "@" + (v6 ? server6 : server);
      String[] dig = {"dig", "+time=3", "+tries=1", at, question, v6 ? "AAAA" : "A"};
      String answer = lab.exec(POD, dig).text();
      assertTrue(answer.contains("status: SERVFAIL"), answer);
    }
    assertTrue(isClosed(99));
    assertTrue(
        Waiting.until(
            Duration.ofSeconds(20),
            () -> lab.sluice("status", "--verbose").text().matches("(?s).*heldTooLong [1-9].*")),
        () -> lab.sluice("status", "--verbose").text());
    lab.start("identity-stream");
    for (boolean v6 : List.of(false, true)) {
      assertTrue(
          Waiting.until(
              Duration.ofSeconds(60),
              () -> answer(v6 ? server6 : server, question, v6).equals(address(99, v6))));
    }
    assertTrue(reaches(99));
  }

  private static JsonNode applier() {
    for (JsonNode each : lab.status().path("components")) {
      String name = each.path("name").asText() + "@" + each.path("node").asText();
      if (name.equals(APPLIER)) {
        return each;
      }
    }
    throw new AssertionError("no applier");
  }
}
