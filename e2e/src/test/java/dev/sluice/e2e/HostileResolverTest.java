package dev.sluice.e2e;

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
import org.junit.jupiter.api.io.TempDir;

/**
 * A resolver that everybody trusts and that says more than it was asked: what is beside the
 * question, and what was never asked, opens nothing.
 */
@RequiresKernel
class HostileResolverTest {
  private static final String RESOLVER4 = "10.0.1.66";
  private static final String RESOLVER6 = "fd00:10:0:1::66";

  /** What the resolver would like to open. */
  private static final List<String> POISON =
      List.of("203.0.113.66", "203.0.113.67", "203.0.113.68", "2001:db8::66", "2001:db8::67");

  /**
   * Answers every question with a chain of three aliases, in any order, to one good address, and
   * puts beside it: records of other names and of the name itself as authority and as additional
   * records, records of names that the chain does not lead to, an answer with another id, and one
   * to another question.
   */
  private static final String SERVER =
      """
      import ipaddress, socket, struct, threading
      def wire(name):
          return b''.join(bytes([len(l)]) + l.encode() for l in name.split('.')) + b'\\0'
      def record(name, kind, data):
          return wire(name) + struct.pack('!HHIH', kind, 1, 60, len(data)) + data
      def a(name, text):
          ip = ipaddress.ip_address(text)
          return record(name, 1 if ip.version == 4 else 28, ip.packed)
      def message(id, question, answers, authority, more):
          return (struct.pack('!HHHHHH', id, 0x8580, 1, len(answers), len(authority), len(more))
                  + question + b''.join(answers + authority + more))
      def serve(family, address):
          s = socket.socket(family, socket.SOCK_DGRAM)
          s.bind((address, 53))
          while True:
              q, who = s.recvfrom(4096)
              id = struct.unpack('!H', q[:2])[0]
              at, labels = 12, []
              while q[at]:
                  labels.append(q[at + 1:at + 1 + q[at]].decode())
                  at += q[at] + 1
              name, question = '.'.join(labels).lower(), q[12:at + 5]
              v4 = q[at + 2] == 1
              good = '203.0.113.60' if v4 else '2001:db8::60'
              bad = ['203.0.113.66', '203.0.113.67', '203.0.113.68'] if v4 else ['2001:db8::66', '2001:db8::67']
              other = wire('bank.stripe.com') + q[at + 1:at + 5]
              s.sendto(message((id + 1) & 0xffff, question, [a(name, bad[0])], [], []), who)
              s.sendto(message(id, other, [a('bank.stripe.com', bad[0])], [], []), who)
              s.sendto(message(id, question,
                  [a('bank.stripe.com', bad[-1]),
                   record('pop.edge.cdn.test', 5, wire('a.pop.test')), a('a.pop.test', good),
                   record(name, 5, wire('edge.cdn.test')), record('edge.cdn.test', 5, wire('pop.edge.cdn.test'))],
                  [a(name, bad[1])],
                  [a(name, bad[1]), a('edge.cdn.test', bad[0]), a('a.pop.test', bad[1]), a('bank.stripe.com', bad[0])]), who)
      threading.Thread(target=serve, args=(socket.AF_INET6, '%s'), daemon=True).start()
      serve(socket.AF_INET, '%s')
      """
          .formatted(RESOLVER6, RESOLVER4);

  @TempDir private static Path scripts;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    Path script = Files.writeString(scripts.resolve("resolver.py"), SERVER);
    Resolving resolving = new Resolving(scripts);
    List<String> all =
        java.util.stream.Stream.concat(
                POISON.stream(), List.of("203.0.113.60", "2001:db8::60").stream())
            .toList();
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + resolving.outside("bank", "unused.test", all)
                + Manifests.pod(
                    "resolver",
                    "resolver",
                    "node-1",
                    RESOLVER4 + "," + RESOLVER6,
                    "[python3, " + script + "]")
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + POLICY,
            "dns.trusted.resolvers=" + RESOLVER4 + "/32," + RESOLVER6 + "/128");
    lab.awaitConnects("outside/bank", "203.0.113.60", Manifests.PORT);
  }

  private static final String POLICY =
      """
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
        - toFQDNs: [{matchPattern: "*.stripe.com"}, {matchPattern: "**.cdn.test"}, {matchName: a.pop.test}]
          toPorts:
          - ports: [{port: "8080", protocol: TCP}]
      """;

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String ask(String pod, boolean v6, String name) {
    String server = "@" + (v6 ? RESOLVER6 : RESOLVER4);
    String type = v6 ? "AAAA" : "A";
    return lab.exec(pod, "dig", "+short", "+time=2", "+tries=5", server, name, type).text();
  }

  @Test
  void onlyTheAnswerToTheQuestionOpensAnything() {
    for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
      for (boolean v6 : List.of(false, true)) {
        String good = v6 ? "2001:db8::60" : "203.0.113.60";
        assertTrue(
            Waiting.until(
                Duration.ofSeconds(15), () -> ask(pod, v6, "api.stripe.com").contains(good)),
            () -> ask(pod, v6, "api.stripe.com"));
        assertTrue(lab.connects(pod, good, Manifests.PORT), pod + " " + good);
      }
    }
    String cache = lab.sluice("fqdn", "cache", "list").text();
    for (String address : POISON) {
      assertFalse(cache.contains(address + " "), cache);
      for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
        assertFalse(lab.connects(pod, address, Manifests.PORT), pod + " reached " + address);
      }
    }
    assertFalse(cache.contains("bank.stripe.com"), cache);
    assertFalse(cache.contains("edge.cdn.test"), "an alias was not asked for: " + cache);
    assertFalse(cache.contains("a.pop.test"), "nor was the end of the chain: " + cache);
  }
}
