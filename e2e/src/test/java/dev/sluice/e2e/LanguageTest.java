package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.Main;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Policies of every kind and with every kind of peer, one after the other on one lab: packets of
 * both families and {@code policy explain} say what the scenario says. A scenario is a manifest
 * under {@code language/} whose comments {@code #+} and {@code #-} list the traffic that passes and
 * that does not: {@code FROM > TO… PORT/PROTOCOL…}, where {@code ping} is an echo request. Over UDP
 * nobody listens: what passes is answered by an error of ICMP. SCTP is not spoken here, since few
 * kernels have it; the packets of {@code KernelAgainstOracleTest} hold its ports against the
 * oracle.
 */
@RequiresKernel
class LanguageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Tries all of ADDRESS=PORT at once and prints what was answered: a refusal is an answer. */
  private static final String PROBE =
      """
      import asyncio, socket, sys
      def datagram(address, port):
          family = socket.AF_INET6 if ":" in address else socket.AF_INET
          with socket.socket(family, socket.SOCK_DGRAM) as s:
              s.settimeout(1)
              s.connect((address, port))
              s.send(b"?")
              s.recv(1)
      async def answers(address, port):
          if port == "ping":
              ping = await asyncio.create_subprocess_exec(
                  "ping", "-c1", "-W1", address, stdout=-3, stderr=-3)
              return await ping.wait() == 0
          if port.startswith("u"):
              try:
                  await asyncio.wait_for(asyncio.to_thread(datagram, address, int(port[1:])), 2)
              except ConnectionRefusedError:
                  return True
              return False
          try:
              await asyncio.wait_for(asyncio.open_connection(address, int(port)), 1)
          except ConnectionRefusedError:
              pass
          return True
      async def probe(target):
          try:
              if await answers(*target.split("=")):
                  print(target)
          except (OSError, asyncio.TimeoutError):
              pass
      async def main():
          await asyncio.gather(*[probe(target) for target in sys.argv[1:]])
      asyncio.run(main())
      """;

  /** IPv4 and IPv6 addresses by name; the pods' as {@code language/world.yaml} pins them. */
  private static final Map<String, List<String>> ADDRESSES =
      Map.ofEntries(
          Map.entry("web-1", List.of("10.0.1.50", "fd00:10:0:1::50")),
          Map.entry("web-2", List.of("10.0.2.50", "fd00:10:0:2::50")),
          Map.entry("api", List.of("10.0.2.60", "fd00:10:0:2::60")),
          Map.entry("tool", List.of("10.0.1.70", "fd00:10:0:1::70")),
          Map.entry("guest", List.of("10.0.2.71", "fd00:10:0:2::71")),
          Map.entry("watched", List.of("10.0.1.80", "fd00:10:0:1::80")),
          Map.entry("one", List.of("203.0.113.50", "2001:db8::50")),
          Map.entry("two", List.of("203.0.113.7", "2001:db8::7")),
          Map.entry("node-1", List.of("172.31.0.1", "fd00:31::1")),
          Map.entry("node-2", List.of("172.31.0.2", "fd00:31::2")),
          Map.entry("service", List.of("10.96.0.80", "fd00:10:96::80")),
          Map.entry("far", List.of("10.96.0.81", "fd00:10:96::81")));

  /** Addresses of Services: explain speaks of who is behind them. */
  private static final Set<String> SERVICES = Set.of("service", "far");

  private static final Map<String, String> NAMESPACES =
      Map.of(
          "web-1", "shop",
          "web-2", "shop",
          "api", "shop",
          "watched", "shop",
          "tool", "ops",
          "guest", "ops");

  private static Lab lab;
  private static Path world;

  /** One packet's question. */
  private record Probe(String from, String to, String address, String port, boolean passes) {
    String target() {
      return address + "=" + port.replaceAll("(.*)/UDP", "u$1").replaceAll("/.*", "");
    }

    String traffic() {
      String echo = address.contains(":") ? "128/ICMPv6" : "8/ICMP";
      return port.equals("ping") ? echo : port;
    }
  }

  @BeforeAll
  static void up() throws IOException {
    String manifests = resource("world");
    lab = Lab.up(2, manifests);
    world = lab.file(manifests);
    for (String to : List.of("web-1", "web-2", "api")) {
      lab.awaitConnects("ops/tool", ADDRESSES.get(to).get(0), Manifests.PORT);
    }
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String resource(String name) throws IOException {
    try (var in = LanguageTest.class.getResourceAsStream("/language/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<Probe> probes(String manifests) {
    List<Probe> probes = new ArrayList<>();
    for (String line : manifests.lines().filter(each -> each.matches("#[+-].*")).toList()) {
      String[] sides = line.substring(2).split(">");
      List<String> words = List.of(sides[1].strip().split(" +"));
      for (String from : sides[0].strip().split(" +")) {
        for (String to : words.stream().filter(ADDRESSES::containsKey).toList()) {
          for (String port : words.stream().filter(w -> !ADDRESSES.containsKey(w)).toList()) {
            for (String address : addresses(to, port)) {
              String bare = port.replaceAll("^v[46]:", "");
              probes.add(new Probe(from, to, address, bare, line.charAt(1) == '+'));
            }
          }
        }
      }
    }
    return probes;
  }

  /** Both families, or the one that a port's prefix {@code v4:} or {@code v6:} says. */
  private static List<String> addresses(String to, String port) {
    List<String> both = ADDRESSES.get(to);
    return port.startsWith("v4:")
        ? both.subList(0, 1)
        : port.startsWith("v6:") ? both.subList(1, 2) : both;
  }

  private static String target(String name) {
    return name.startsWith("node-")
        ? name.replace('-', '/')
        : NAMESPACES.getOrDefault(name, "outside") + "/" + name;
  }

  /** What the packets say against the scenario, one sentence a difference. */
  private static List<String> wrongPackets(List<Probe> probes) {
    Map<String, Set<String>> targets = new TreeMap<>();
    probes.forEach(
        probe -> targets.computeIfAbsent(probe.from, from -> new TreeSet<>()).add(probe.target()));
    Map<String, List<String>> answered = new java.util.concurrent.ConcurrentHashMap<>();
    targets.entrySet().parallelStream()
        .forEach(
            entry -> {
              List<String> command = new ArrayList<>(List.of("python3", "-c", PROBE));
              command.addAll(entry.getValue());
              String text = lab.exec(target(entry.getKey()), command.toArray(String[]::new)).text();
              answered.put(entry.getKey(), text.lines().toList());
            });
    return probes.stream()
        .filter(probe -> answered.get(probe.from).contains(probe.target()) != probe.passes)
        .map(probe -> "packet: " + probe)
        .toList();
  }

  private static List<String> wrongExplanations(List<Probe> probes, Path policies)
      throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Probe probe : probes) {
      if (SERVICES.contains(probe.to)) {
        continue;
      }
      StringWriter text = new StringWriter();
      StringWriter said = new StringWriter();
      String from =
          NAMESPACES.containsKey(probe.from)
              ? target(probe.from)
              : ADDRESSES.get(probe.from).get(probe.address.contains(":") ? 1 : 0);
      int status =
          Main.commandLine()
              .setOut(new PrintWriter(text))
              .setErr(new PrintWriter(said))
              .execute(
                  "policy",
                  "explain",
                  "-f",
                  world.toString(),
                  policies.toString(),
                  "--from",
                  from,
                  "--to",
                  probe.address,
                  "--port",
                  probe.traffic(),
                  "-o",
                  "json");
      JsonNode json = MAPPER.readTree(text.toString());
      if (status != 0 || json.path("verdict").asText().equals("allow") != probe.passes) {
        wrong.add("explain: " + probe + " " + status + " " + said + json);
      }
    }
    return wrong;
  }

  private static List<String> wrong(String scenario) throws IOException {
    String manifests = resource(scenario);
    List<Probe> probes = probes(manifests);
    assertTrue(probes.size() > 1, "a scenario says what passes and what does not");
    lab.apply(manifests);
    List<String> wrong = new ArrayList<>(wrongPackets(probes));
    wrong.addAll(wrongExplanations(probes, lab.file(manifests)));
    return wrong;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cidr-except",
        "cidr-group",
        "cidr-group-selector",
        "entity-world",
        "entity-host",
        "entity-remote-node",
        "entity-cluster",
        "entities-ingress",
        "entities-outside",
        "network-policy",
        "peers",
        "admin",
        "networks",
        "baseline",
        "named-port",
        "icmp",
        "services",
        "services-selected",
        "services-selectorless",
        "cidr-ingress",
        "entity-kube-apiserver",
        "udp",
        "clusterwide"
      })
  void packetsAndExplanationsSayWhatTheScenarioSays(String scenario) throws IOException {
    List<String> wrong = wrong(scenario);
    lab.delete(resource(scenario));
    assertEquals(List.of(), wrong);
  }

  @Test
  void aGroupThatChangesMovesWhatItsPoliciesAllow() throws IOException {
    List<String> wrong = new ArrayList<>(wrong("cidr-group"));
    wrong.addAll(wrong("cidr-group-changed"));
    lab.delete(resource("cidr-group-changed"));
    assertEquals(List.of(), wrong);
  }

  @Test
  void aDenyRuleIsToldApartFromWhatNoRuleAllows() throws IOException {
    List<String> wrong = wrong("ingress-deny");
    lab.delete(resource("ingress-deny"));
    assertEquals(List.of(), wrong);
    awaitFlow("\"drop_reason\":181", "--verdict", "DROPPED", "--from-pod", "shop/web-1");
    awaitFlow("\"drop_reason\":181", "--verdict", "DROPPED", "--from-pod", "shop/web-2", "-6");
  }

  @Test
  void whatAnAuditedPolicyWouldDropPassesAndIsTold() throws IOException {
    List<String> wrong = wrong("audit");
    lab.delete(resource("audit"));
    assertEquals(List.of(), wrong);
    awaitFlow("\"audited\"", "--verdict", "AUDIT", "--from-pod", "ops/tool", "-4");
    awaitFlow("\"audited\"", "--verdict", "AUDIT", "--from-pod", "ops/tool", "-6");
  }

  @Test
  void whatAPodUnderAuditWouldLosePassesAndIsTold() throws IOException {
    List<String> wrong = wrong("audit-pod");
    lab.delete(resource("audit-pod"));
    assertEquals(List.of(), wrong);
    for (String family : List.of("-4", "-6")) {
      awaitFlow("\"closed\"", "--verdict", "AUDIT", "--from-pod", "ops/tool", family);
      awaitFlow("nearest is app=web in shop", "--verdict", "AUDIT", "--to-pod", "shop/watched");
    }
  }

  @Test
  void aDropSaysWhatItNeededAndAPrefixWhichItIs() throws IOException {
    List<String> wrong = wrong("cidr-ingress");
    lab.delete(resource("cidr-ingress"));
    assertEquals(List.of(), wrong);
    awaitFlow(
        "from 203.0.113.7/32 on 8080/TCP; nearest is",
        "--verdict",
        "DROPPED",
        "--to-pod",
        "shop/api",
        "-4");
    awaitFlow("cidr:203.0.113.0/24", "--to-pod", "shop/api", "--ip", "203.0.113.50");
  }

  /** Waits for a flow that the filter keeps and whose JSON has the part. */
  private static void awaitFlow(String part, String... filter) {
    List<String> words = new ArrayList<>(List.of("observe", "-o", "json"));
    words.addAll(List.of(filter));
    assertTrue(
        Waiting.until(
            PATIENCE, () -> lab.sluice(words.toArray(String[]::new)).text().contains(part)),
        () -> part + " in " + lab.sluice("observe", "--last", "20", "-o", "json").text());
  }
}
