package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A resolver that nobody trusts, which gives an allowed name whatever address it likes, also under
 * other ids and questions: who asks it reaches what answers his question, and nobody else does;
 * also after the applier was killed.
 */
@RequiresKernel
class DnsTrustTest {
  private static final Path SCRIPTS = Lab.ROOT.resolve("e2e/src/test/resources/dns");
  private static final String CHOSEN4 = "203.0.113.66";
  private static final String CHOSEN6 = "2001:db8::66";

  /** What its HTTPS records hint at. */
  private static final List<String> HINTS = List.of("203.0.113.65", "2001:db8::65");

  /** What it says under other ids and questions, and beside its answers. */
  private static final String LIE = "203.0.113.64";

  /** Holds one connection open, and says every time it was answered over it. */
  private static final String HOLD =
      """
      import socket, sys, time
      s = socket.create_connection((sys.argv[1], 9090), 5)
      s.settimeout(10)
      while True:
          s.sendall(b'x')
          print('held' if s.recv(1) else 'cut', flush=True)
          time.sleep(0.1)
      """;

  private static final String ECHO =
      """
      import socket, threading
      def serve(c):
          while True:
              b = c.recv(64)
              if not b: return
              c.sendall(b)
      s = socket.create_server(('', 9090), family=socket.AF_INET6, dualstack_ipv6=True)
      while True:
          threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
      """;

  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    String resolver = SCRIPTS.resolve("resolver.py").toString();
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.outside(
                    "chosen", CHOSEN4, CHOSEN6, HINTS.getFirst(), HINTS.getLast(), LIE)
                + "  command: [python3, -m, http.server, \"8080\", --bind, \"::\"]\n"
                + Manifests.pod(
                    "resolver",
                    "resolver",
                    "node-2",
                    "",
                    "[python3, %s, %s, \"%s\", %s, \"%s\", %s]"
                        .formatted(
                            resolver, CHOSEN4, CHOSEN6, HINTS.getFirst(), HINTS.getLast(), LIE))
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-1", "")
                + Manifests.client("pay-3", "pay", "node-2", "")
                + """
                ---
                apiVersion: cilium.io/v2
                kind: CiliumNetworkPolicy
                metadata: {name: pay, namespace: shop}
                spec:
                  endpointSelector: {matchLabels: {app: pay}}
                  egress:
                  - toEndpoints: [{matchLabels: {app: resolver}}]
                    toPorts:
                    - ports: [{port: "53", protocol: ANY}]
                      rules: {dns: [{matchPattern: "*.stripe.com"}]}
                  - toFQDNs: [{matchPattern: "*.stripe.com"}]
                    toPorts:
                    - ports: [{port: "8080", protocol: TCP}, {port: "9090", protocol: TCP}]
                """,
            "dns.use.interval=1s");
    lab.awaitConnects("outside/chosen", CHOSEN4, Manifests.PORT);
    lab.spawn("outside/chosen", "python3", "-c", ECHO);
    lab.awaitConnects("outside/chosen", CHOSEN4, 9090);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static boolean asks(String pod, boolean v6, String... how) throws IOException {
    String server = lab.address("shop/resolver", v6);
    List<String> command = new java.util.ArrayList<>(List.of("dig", "+short", "+time=3"));
    command.addAll(List.of(how));
    command.addAll(List.of("@" + server, "api.stripe.com", v6 ? "AAAA" : "A"));
    String text = lab.exec(pod, command.toArray(String[]::new)).text();
    return text.equals(v6 ? CHOSEN6 : CHOSEN4);
  }

  private static void closedTo(String... pods) {
    for (String pod : pods) {
      for (String address : List.of(CHOSEN4, CHOSEN6)) {
        assertFalse(lab.connects(pod, address, Manifests.PORT), pod + " reached " + address);
      }
    }
  }

  private static void openTo(String... pods) {
    for (String pod : pods) {
      for (String address : List.of(CHOSEN4, CHOSEN6)) {
        assertTrue(lab.connects(pod, address, Manifests.PORT), pod + " to " + address);
      }
    }
  }

  @Test
  void itsWordOpensAddressesForTheAskerAlone() throws IOException {
    assertTrue(
        Waiting.until(Duration.ofSeconds(10), () -> answersPay3()), "the resolver should answer");
    closedTo("shop/pay-1", "shop/pay-2");
    openTo("shop/pay-3");
    assertTrue(asks("shop/pay-1", false), "over UDP and IPv4");
    assertTrue(asks("shop/pay-1", true, "+tcp"), "over TCP and IPv6");
    openTo("shop/pay-1", "shop/pay-3");
    closedTo("shop/pay-2");
    List<String> listed =
        lab.sluice("fqdn", "cache", "list")
            .text()
            .lines()
            .filter(l -> l.contains(CHOSEN4))
            .toList();
    assertEquals(2, listed.size(), "it is nobody's news: " + listed);
    for (String pod : List.of("shop/pay-1 ", "shop/pay-3 ")) {
      assertTrue(
          listed.stream().anyMatch(line -> line.contains(pod) && line.endsWith("s (for it alone)")),
          listed::toString);
    }

    for (String hint : HINTS) {
      assertFalse(lab.connects("shop/pay-1", hint, Manifests.PORT), hint);
    }
    String server = lab.address("shop/resolver", false);
    lab.exec("shop/pay-1", "dig", "+time=3", "@" + server, "api.stripe.com", "TYPE65");
    for (String hint : HINTS) {
      assertTrue(lab.connects("shop/pay-1", hint, Manifests.PORT), hint + " of an HTTPS record");
    }
    assertFalse(lab.connects("shop/pay-1", LIE, Manifests.PORT), "it answers no question");
    assertFalse(lab.sluice("fqdn", "cache", "list").text().contains(LIE));

    Path held = lab.spawn("shop/pay-1", "python3", "-c", HOLD, CHOSEN4);
    assertTrue(Waiting.until(Duration.ofSeconds(10), () -> lines(held) > 0), "one is held");
    lab.kill("node-applier@node-1");
    openTo("shop/pay-1");
    closedTo("shop/pay-2");
    lab.start("node-applier@node-1");
    assertTrue(asks("shop/pay-2", true), "questions are answered again");
    assertTrue(lab.connects("shop/pay-2", CHOSEN6, Manifests.PORT), "and count for who asked them");
    assertFalse(lab.connects("shop/pay-2", CHOSEN4, Manifests.PORT), "and for nothing more");
    openTo("shop/pay-1");
    long before = lines(held);
    assertTrue(Waiting.until(Duration.ofSeconds(10), () -> lines(held) > before + 20), "it lives");
    assertFalse(read(held).contains("cut"), read(held));
  }

  private static boolean answersPay3() {
    try {
      return asks("shop/pay-3", false) && asks("shop/pay-3", true);
    } catch (IOException e) {
      return false;
    }
  }

  private static long lines(Path file) {
    return read(file).lines().count();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
