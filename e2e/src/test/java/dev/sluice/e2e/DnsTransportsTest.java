package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Questions in every form: over TCP and UDP, both families, large and truncated answers, many at a
 * time, and what is no question; on the node of the server and on another.
 */
@RequiresKernel
class DnsTransportsTest {
  private static final String ASK =
      Lab.ROOT.resolve("e2e/src/test/resources/dns/ask.py").toString();

  /** More than fit into a datagram without EDNS, and into a packet with it. */
  private static final int ADDRESSES = 110;

  private static final int CONNECTIONS = 4;

  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < ADDRESSES; i++) {
      many.add("198.51.100." + (i + 1));
      many.add("2001:db8:1::" + Integer.toHexString(i + 1));
    }
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + outside("many", "many.stripe.com", many.toArray(String[]::new))
                + outside("few", "api.stripe.com", "203.0.113.10", "2001:db8::10")
                + outside("other", "api.example.com", "203.0.113.66", "2001:db8::66")
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + Manifests.client("free", "free", "node-1", "")
                + Manifests.client("named", "named", "node-2", "")
                + policy("pay", "{port: \"53\", protocol: ANY}")
                + policy("named", "{port: dns, protocol: UDP}, {port: dns-tcp, protocol: TCP}"),
            "dns.reject=nxdomain",
            "dns.tcp.idle=2s",
            "dns.tcp.connections=" + CONNECTIONS);
    lab.awaitConnects("outside/many", "198.51.100.1", Manifests.PORT);
    lab.awaitConnects("outside/few", "203.0.113.10", Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String policy(String app, String ports) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: %1$s, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: %1$s}}
      egress:
      - toEndpoints:
        - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
        toPorts:
        - ports: [%2$s]
          rules: {dns: [{matchPattern: "*.stripe.com"}]}
      - toFQDNs: [{matchPattern: "*.stripe.com"}]
        toPorts:
        - ports: [{port: "8080", protocol: TCP}]
    """
        .formatted(app, ports);
  }

  private static String outside(String host, String name, String... addresses) {
    return Manifests.outside(host, addresses)
        + """
          command: [python3, -m, http.server, "8080", --bind, "::"]
          names: [{name: %s}]
        """
            .formatted(name);
  }

  private interface Check {
    void of(String pod, String server, boolean v6) throws IOException;
  }

  private static void everywhere(Check check) throws IOException {
    for (boolean v6 : List.of(false, true)) {
      for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
        check.of(pod, lab.address("kube-system/kube-dns", v6), v6);
      }
    }
  }

  private static String dig(String pod, String server, boolean v6, String... words) {
    List<String> command = new ArrayList<>(List.of("dig", "+time=3", "+tries=2", "@" + server));
    command.addAll(List.of(words));
    command.add(v6 ? "AAAA" : "A");
    return lab.exec(pod, command.toArray(String[]::new)).text();
  }

  private static String ask(String pod, String way, String... words) {
    List<String> command = new ArrayList<>(List.of("python3", ASK, way));
    command.addAll(List.of(words));
    return lab.exec(pod, command.toArray(String[]::new)).text();
  }

  @Test
  void namesInMixedCaseOpenAddressesAndOthersAreRefused() throws IOException {
    everywhere(
        (pod, server, v6) -> {
          String address = v6 ? "2001:db8::10" : "203.0.113.10";
          for (String way : List.of("+tcp", "+notcp")) {
            String answer = dig(pod, server, v6, way, "aPi.StRiPe.CoM");
            assertTrue(answer.contains("status: NOERROR"), answer);
            assertTrue(
                answer.matches("(?s).*\n;aPi\\.StRiPe\\.CoM\\.\\s.*"),
                "as it was asked: " + answer);
            assertTrue(answer.contains(address), answer);
            String other = dig(pod, server, v6, way, "aPi.ExAmPlE.cOm");
            assertTrue(other.contains("status: NXDOMAIN"), other);
            assertTrue(other.matches("(?s).*\n;aPi\\.ExAmPlE\\.cOm\\.\\s.*"), other);
          }
          assertTrue(lab.connects(pod, address, Manifests.PORT), pod + " to " + address);
          assertFalse(lab.connects(pod, v6 ? "2001:db8::66" : "203.0.113.66", Manifests.PORT), pod);
        });
  }

  @Test
  void aTruncatedAnswerIsAskedForAgainOverTcpAndThenOpens() throws IOException {
    everywhere(
        (pod, server, v6) -> {
          String cut = dig(pod, server, v6, "+noedns", "+ignore", "many.stripe.com");
          assertTrue(cut.matches("(?s).*flags:[^;]* tc[ ;].*"), cut);
          String whole = dig(pod, server, v6, "+noedns", "many.stripe.com");
          assertTrue(whole.contains("ANSWER: " + ADDRESSES), whole);
          assertTrue(whole.contains("(TCP)"), whole);
          for (int i : List.of(1, ADDRESSES / 2, ADDRESSES)) {
            String address = v6 ? "2001:db8:1::" + Integer.toHexString(i) : "198.51.100." + i;
            assertTrue(lab.connects(pod, address, Manifests.PORT), pod + " to " + address);
          }
        });
  }

  @Test
  void anAnswerLargerThanAPacketComesWholeOverUdp() throws IOException {
    everywhere(
        (pod, server, v6) -> {
          String whole = dig(pod, server, v6, "+bufsize=4096", "+ignore", "many.stripe.com");
          assertTrue(whole.contains("ANSWER: " + ADDRESSES), whole);
          assertTrue(whole.contains("(UDP)"), whole);
          assertTrue(whole.contains("EDNS: version: 0"), whole);
        });
  }

  @Test
  void aQuestionInFragmentsIsOneQuestion() throws IOException {
    everywhere(
        (pod, server, v6) -> {
          assertEquals("rcode0=1 ids", ask(pod, "large", server, "api.stripe.com", "1800"));
          assertEquals("rcode3=1 ids", ask(pod, "large", server, "api.example.com", "1800"));
        });
  }

  @Test
  void questionsMayBeManyAtATime() throws IOException {
    everywhere(
        (pod, server, v6) -> {
          for (String piece : List.of("1", "100", "100000")) {
            assertEquals(
                "rcode0=90 rcode3=90 ids",
                ask(pod, "pipelined", server, "api.stripe.com", "api.example.com", "90", piece));
          }
          assertEquals("rcode0=150 ids", ask(pod, "one-port", server, "api.stripe.com", "150"));
        });
  }

  @Test
  void connectionsOfAPodAreBoundedAndIdleOnesEnd() throws IOException {
    String server = lab.address("kube-system/kube-dns", false);
    assertEquals("rcode0=1 ids", ask("shop/pay-1", "idle", server, "api.stripe.com"));
    assertEquals(
        "answered " + CONNECTIONS,
        ask("shop/pay-1", "many", server, "api.stripe.com", "" + (CONNECTIONS + 3)));
    assertTrue(
        Waiting.until(
            Duration.ofSeconds(5),
            () -> ask("shop/pay-1", "idle", server, "api.stripe.com").equals("rcode0=1 ids")));
  }

  @Test
  void aNamedPortIsTheServersOfThatName() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      String server = lab.address("kube-system/kube-dns", v6);
      for (String way : List.of("+tcp", "+notcp")) {
        String answer = dig("shop/named", server, v6, way, "api.stripe.com");
        assertTrue(answer.contains("status: NOERROR"), answer);
        String other = dig("shop/named", server, v6, way, "api.example.com");
        assertTrue(other.contains("status: NXDOMAIN"), other);
      }
      String address = v6 ? "2001:db8::10" : "203.0.113.10";
      assertTrue(lab.connects("shop/named", address, Manifests.PORT), address);
    }
  }

  @Test
  void resolversOfOtherMakersFindEverythingThroughIt() throws IOException {
    for (String pod : List.of("shop/pay-1", "shop/pay-2")) {
      String server = lab.address("kube-system/kube-dns", false);
      assertEquals(
          ADDRESSES,
          lab.exec(pod, "getent", "ahostsv4", "many.stripe.com")
              .text()
              .lines()
              .filter(line -> line.contains("STREAM"))
              .count(),
          "glibc's getaddrinfo, which knows no EDNS");
      assertEquals(
          2 * ADDRESSES,
          lab.exec(pod, "getent", "ahosts", "many.stripe.com")
              .text()
              .lines()
              .filter(line -> line.contains("STREAM"))
              .count(),
          "both families, asked for with one port");
      for (List<String> way : List.of(List.of("+notcp", "+edns"), List.of("+tcp"))) {
        List<String> command = new ArrayList<>(List.of("kdig", "+timeout=3", "@" + server));
        command.addAll(way);
        command.addAll(List.of("api.stripe.com", "A", "api.stripe.com", "AAAA"));
        String answer = lab.exec(pod, command.toArray(String[]::new)).text();
        assertTrue(answer.contains("203.0.113.10"), answer);
        assertTrue(answer.contains("2001:db8::10"), answer);
      }
      String java = System.getProperty("java.home") + "/bin/java";
      String script = Lab.ROOT.resolve("e2e/src/test/resources/dns/Resolve.java").toString();
      String found =
          lab.exec(pod, java, "-XX:TieredStopAtLevel=1", script, "many.stripe.com", server).text();
      assertEquals(
          "java %1$d of them IPv4 %2$d jndi %2$d".formatted(2 * ADDRESSES, ADDRESSES), found);
    }
  }

  @Test
  void whatIsNoQuestionIsAnsweredAsSuchOrNotAtAll() throws IOException {
    everywhere(
        (pod, server, v6) ->
            assertEquals("answered others [1]", ask(pod, "damaged", server, "api.stripe.com")));
  }

  /** Whoever asks on port 53 of these addresses, or by TCP of any, hears who answers. */
  private static final String LISTENER =
      """
      import socket, sys, threading
      def datagrams(address):
          s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
          s.bind((address, 53))
          while True:
              _, client = s.recvfrom(512)
              s.sendto(b'the node itself\\n', client)
      for address in sys.argv[1:]:
          threading.Thread(target=datagrams, args=(address,), daemon=True).start()
      s = socket.create_server(('', 53), family=socket.AF_INET6, dualstack_ipv6=True)
      while True:
          c, _ = s.accept()
          c.sendall(b'the node itself\\n')
          c.close()
      """;

  @Test
  void theNodesOwnListenersOnPort53AreNotCaptured() throws IOException {
    List<String> own = List.of("172.31.0.1", "fd00:31::1");
    lab.spawn("node/1", "python3", "-c", LISTENER, own.getFirst(), own.getLast());
    lab.awaitConnects("node/1", "127.0.0.1", 53);
    for (String from : List.of("node/1", "shop/free")) {
      for (String address : own) {
        for (String ask : List.of("/dev/tcp/%s/53", "/dev/udp/%s/53; echo >&3")) {
          String command = "exec 3<>" + ask.formatted(address) + "; head -1 <&3";
          assertEquals(
              "the node itself",
              lab.exec(from, "timeout", "3", "bash", "-c", command).text(),
              from + ": " + command);
        }
      }
    }
    for (String way : List.of("+tcp", "+notcp")) {
      everywhere(
          (pod, server, v6) ->
              assertTrue(
                  dig(pod, server, v6, way, "api.stripe.com").contains("status: NOERROR"), pod));
    }
  }
}
