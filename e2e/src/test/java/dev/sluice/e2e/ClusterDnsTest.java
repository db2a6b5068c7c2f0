package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * DNS of the cluster at its Service's addresses, from both nodes and in both families: the names of
 * Services, and the proxy on the way to them.
 */
@RequiresKernel
class ClusterDnsTest {
  private static final List<String> SERVERS = List.of("10.96.0.10", "fd00:10:96::a");
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @TempDir private static Path scripts;
  private static Resolving resolving;
  private static Lab lab;

  private static String service(String name, String spec) {
    return Manifests.service(name, spec + ", selector: {app: web}, ports: [{port: 8080}]");
  }

  @BeforeAll
  static void up() throws IOException {
    resolving = new Resolving(scripts);
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.server("web-1", "web", "node-1", "10.0.1.81,fd00:10:0:1::81")
                + Manifests.server("web-2", "web", "node-2", "10.0.2.82,fd00:10:0:2::82")
                + service("web", "clusterIPs: [10.96.0.80, \"fd00:10:96::80\"]")
                + service("each", "clusterIP: None, ipFamilyPolicy: PreferDualStack")
                + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: paid, namespace: shop}
                spec: {type: ExternalName, externalName: API.stripe.com.}
                """
                + resolving.outside(
                    "stripe", "api.stripe.com", List.of("203.0.113.10", "2001:db8::10"))
                + Manifests.client("open-1", "open", "node-1", "")
                + Manifests.client("open-2", "open", "node-2", "")
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + Resolving.policy("pay", "pay", "*.stripe.com", "*.shop.svc.cluster.local"));
    lab.awaitConnects("shop/open-1", "10.0.2.82", Manifests.PORT);
    lab.awaitConnects("outside/stripe", "203.0.113.10", Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static List<String> dig(String pod, String server, String name, String type) {
    String[] command = {"dig", "+short", "+time=2", "+tries=3", "@" + server, name, type};
    return new ArrayList<>(new TreeSet<>(lab.exec(pod, command).text().lines().toList()));
  }

  private static String status(String pod, String server, String name) {
    String text = lab.exec(pod, "dig", "+time=2", "+tries=3", "@" + server, name).text();
    return text.replaceAll("(?s).*status: (\\w+).*", "$1");
  }

  @ParameterizedTest(name = "{2} {3} from {0} at {1}")
  @CsvSource({
    "shop/open-1, 10.96.0.10,    web,  A,    10.96.0.80,",
    "shop/open-2, fd00:10:96::a, web,  A,    10.96.0.80,",
    "shop/open-1, fd00:10:96::a, web,  AAAA, fd00:10:96::80,",
    "shop/open-2, 10.96.0.10,    web,  AAAA, fd00:10:96::80,",
    "shop/open-1, 10.96.0.10,    each, A,    10.0.1.81,        10.0.2.82",
    "shop/open-2, fd00:10:96::a, each, AAAA, fd00:10:0:1::81,  fd00:10:0:2::82",
    "shop/open-1, 10.96.0.10,    paid, A,    203.0.113.10,     api.stripe.com.",
    "shop/open-2, fd00:10:96::a, paid, AAAA, 2001:db8::10,     api.stripe.com.",
    "shop/open-1, 10.96.0.10,    paid, CNAME, api.stripe.com.,",
    "node/1,      10.96.0.10,    web,  A,    10.96.0.80,",
    "node/2,      fd00:10:96::a, each, A,    10.0.1.81,        10.0.2.82",
    "bare/shop/open-1, 10.96.0.10,    web, A,    10.96.0.80,",
    "bare/shop/open-2, fd00:10:96::a, web, AAAA, fd00:10:96::80,",
  })
  void namesOfServicesAreAnswered(
      String from, String server, String service, String type, String first, String second) {
    List<String> wanted = second == null ? List.of(first) : List.of(first, second);
    String name = service + ".shop.svc.cluster.local";
    assertTrue(
        Waiting.until(PATIENCE, () -> dig(from, server, name, type).equals(wanted)),
        () -> name + " is " + dig(from, server, name, type));
  }

  @Test
  void podsFindServicesByTheirShortNames() {
    for (String pod : List.of("shop/open-1", "shop/open-2")) {
      for (String name : List.of("web", "web.shop", "each.shop.svc")) {
        for (boolean v6 : List.of(false, true)) {
          List<String> lines = resolving.lookUp(lab, pod, name, v6, 1);
          assertTrue(lines.getFirst().startsWith("opened "), pod + " " + name + ": " + lines);
        }
      }
    }
  }

  @Test
  void aHeadlessServiceFollowsItsPods() throws IOException {
    String web3 = Manifests.server("web-3", "web", "node-2", "10.0.2.83,fd00:10:0:2::83");
    lab.apply(web3);
    List<String> three = List.of("10.0.1.81", "10.0.2.82", "10.0.2.83");
    String name = "each.shop.svc.cluster.local";
    assertTrue(
        Waiting.until(
            PATIENCE, () -> dig("shop/open-1", SERVERS.getFirst(), name, "A").equals(three)));
    lab.delete(web3);
    List<String> two = three.subList(0, 2);
    assertTrue(
        Waiting.until(
            PATIENCE, () -> dig("shop/open-1", SERVERS.getFirst(), name, "A").equals(two)));
  }

  @Test
  void theProxyIsOnTheWayToTheService() throws IOException {
    for (String pod : List.of("shop/pay-1", "shop/pay-2", "bare/shop/pay-1", "bare/shop/pay-2")) {
      for (String server : SERVERS) {
        assertEquals("NOERROR", status(pod, server, "api.stripe.com"), pod + " " + server);
        assertEquals("REFUSED", status(pod, server, "api.example.com"), pod + " " + server);
      }
      for (boolean v6 : List.of(false, true)) {
        List<String> lines = resolving.lookUp(lab, pod, "api.stripe.com", v6, 2);
        assertTrue(lines.stream().allMatch(line -> line.startsWith("opened ")), lines::toString);
        // A Service's address is the cluster's: names open nothing of it.
        lines = resolving.lookUp(lab, pod, "web.shop.svc.cluster.local", v6, 1);
        assertTrue(lines.getFirst().startsWith("closed "), lines::toString);
        // Of type ExternalName it is an alias of what is outside, and selected under its own name.
        lines = resolving.lookUp(lab, pod, "paid.shop.svc.cluster.local", v6, 1);
        assertTrue(lines.getFirst().startsWith("opened "), lines::toString);
      }
    }
    String told = "dns-response proxy FORWARDED (DNS Answer \"203.0.113.10\"";
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> lab.sluice("observe", "-t", "l7", "--last", "1000").text().contains(told)),
        () -> lab.sluice("observe", "-t", "l7", "--last", "1000").text());
  }
}
