package dev.sluice.core.service;

import static dev.sluice.core.service.ServiceLog.endpoint;
import static dev.sluice.core.service.ServiceLog.port;
import static dev.sluice.core.service.ServiceLog.spec;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Service and EndpointSlices in, frontends and backends out. */
class ServiceFoldTest {
  private static final Object IP4 = List.of("10.96.0.1");
  private static final Object DUAL = List.of("10.96.0.1", "fd00:10:96::1");
  private static final Object WEB = List.of(port("", 80, "TCP", "targetPort", 8080L));
  private static final Object NODE_PORT =
      List.of(port("", 80, "TCP", "targetPort", 8080L, "nodePort", 30080L));
  private static final Map<String, Object> NOTHING = Map.of();

  private final ServiceLog log = new ServiceLog();
  private final ServiceFold fold = new ServiceFold();

  static Stream<Arguments> services() {
    Map<String, Object> balanced =
        Map.of("loadBalancer", Map.of("ingress", List.of(Map.of("ip", "203.0.113.7"))));
    Map<String, Object> proxied =
        Map.of(
            "loadBalancer",
            Map.of("ingress", List.of(Map.of("ip", "203.0.113.7", "ipMode", "Proxy"))));
    return Stream.of(
        Arguments.of(
            "ClusterIP",
            spec("clusterIPs", IP4, "ports", WEB),
            NOTHING,
            "ClusterIP 10.96.0.1:80/6"),
        Arguments.of(
            "the older field alone",
            spec("clusterIP", "10.96.0.1", "ports", WEB),
            NOTHING,
            "ClusterIP 10.96.0.1:80/6"),
        Arguments.of(
            "dual stack",
            spec("clusterIPs", DUAL, "ports", WEB),
            NOTHING,
            "ClusterIP 10.96.0.1:80/6, ClusterIP fd00:10:96::1:80/6"),
        Arguments.of(
            "NodePort",
            spec("type", "NodePort", "clusterIPs", DUAL, "ports", NODE_PORT),
            NOTHING,
            "NodePort 0.0.0.0:30080/6, ClusterIP 10.96.0.1:80/6, NodePort :::30080/6,"
                + " ClusterIP fd00:10:96::1:80/6"),
        Arguments.of(
            "a node port of a ClusterIP Service is a leftover",
            spec("clusterIPs", IP4, "ports", NODE_PORT),
            NOTHING,
            "ClusterIP 10.96.0.1:80/6"),
        Arguments.of(
            "LoadBalancer",
            spec("type", "LoadBalancer", "clusterIPs", IP4, "ports", NODE_PORT),
            balanced,
            "NodePort 0.0.0.0:30080/6, ClusterIP 10.96.0.1:80/6, LoadBalancer 203.0.113.7:80/6"),
        Arguments.of(
            "a load balancer that proxies",
            spec("type", "LoadBalancer", "clusterIPs", IP4, "ports", WEB),
            proxied,
            "ClusterIP 10.96.0.1:80/6"),
        Arguments.of(
            "externalIPs of the Service's family",
            spec(
                "clusterIPs",
                IP4,
                "externalIPs",
                List.of("198.51.100.9", "2001:db8::9"),
                "ports",
                WEB),
            NOTHING,
            "ClusterIP 10.96.0.1:80/6, ExternalIPs 198.51.100.9:80/6"),
        Arguments.of("headless", spec("clusterIP", "None", "ports", WEB), NOTHING, ""),
        Arguments.of(
            "ExternalName",
            spec("type", "ExternalName", "externalName", "example.com", "ports", WEB),
            NOTHING,
            ""),
        Arguments.of(
            "several ports and protocols",
            spec(
                "clusterIPs",
                IP4,
                "ports",
                List.of(port("dns", 53, "UDP"), port("dns-tcp", 53, "TCP"), port("m", 9, "SCTP"))),
            NOTHING,
            "ClusterIP 10.96.0.1:53/17, ClusterIP 10.96.0.1:53/6, ClusterIP 10.96.0.1:9/132"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("services")
  void givesTheFrontendsOf(
      String name, Map<String, Object> spec, Map<String, Object> status, String expected) {
    fold.fold(log.service("web", spec, status));
    assertEquals(expected, frontends());
  }

  static Stream<Arguments> slices() {
    List<Map<String, Object>> http = List.of(port("", 8080, "TCP"));
    return Stream.of(
        Arguments.of(
            "ready ones", http, List.of(endpoint("10.0.1.1", "ready", "n")), "10.0.1.1:8080 ready"),
        Arguments.of("not ready", http, List.of(endpoint("10.0.1.1", "unready", "n")), ""),
        Arguments.of(
            "terminating and serving",
            http,
            List.of(endpoint("10.0.1.1", "leaving", "n"), endpoint("10.0.1.2", "ready", "n")),
            "10.0.1.1:8080 leaving, 10.0.1.2:8080 ready"),
        Arguments.of("terminating", http, List.of(endpoint("10.0.1.1", "dead", "n")), ""),
        Arguments.of(
            "conditions that nobody set mean ready",
            http,
            List.of(Map.of("addresses", List.of("10.0.1.1"))),
            "10.0.1.1:8080 ready"),
        Arguments.of(
            "another port's name",
            List.of(port("other", 8080, "TCP")),
            List.of(endpoint("10.0.1.1", "ready", "n")),
            ""),
        Arguments.of(
            "another protocol",
            List.of(port("", 8080, "UDP")),
            List.of(endpoint("10.0.1.1", "ready", "n")),
            ""),
        Arguments.of(
            "another family than any frontend's",
            http,
            List.of(endpoint("fd00::1", "ready", "n")),
            ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("slices")
  void givesTheBackendsOf(
      String name,
      List<Map<String, Object>> ports,
      List<Map<String, Object>> endpoints,
      String expected) {
    fold.fold(log.service("web", spec("clusterIPs", IP4, "ports", WEB)));
    fold.fold(log.slice("web-1", "web", ports, endpoints));
    assertEquals(expected, backends());
  }

  @Test
  void namedTargetPortsMayDifferFromPodToPod() {
    List<Map<String, Object>> ports = List.of(port("http", 80, "TCP", "targetPort", "web"));
    fold.fold(log.service("web", spec("clusterIPs", IP4, "ports", ports)));
    fold.fold(slice("a", port("http", 8080, "TCP"), "10.0.1.1"));
    fold.fold(slice("b", port("http", 9090, "TCP"), "10.0.1.2"));
    assertEquals("10.0.1.1:8080 ready, 10.0.1.2:9090 ready", backends());
  }

  @Test
  void anEndpointInTwoSlicesCountsOnce() {
    fold.fold(log.service("web", spec("clusterIPs", IP4, "ports", WEB)));
    fold.fold(
        log.slice(
            "a",
            "web",
            List.of(port("", 8080, "TCP")),
            List.of(endpoint("10.0.1.1", "leaving", "n"))));
    fold.fold(slice("b", port("", 8080, "TCP"), "10.0.1.1"));
    assertEquals("10.0.1.1:8080 ready", backends());
  }

  @Test
  void onlyWhatChangedIsGivenOut() {
    fold.fold(log.service("web", spec("clusterIPs", DUAL, "ports", WEB)));
    fold.fold(slice("a", port("", 8080, "TCP"), "10.0.1.1", "10.0.1.2"));
    assertEquals(
        List.of(
            "+service/backend/1/10.0.1.1/8080",
            "+service/backend/1/10.0.1.2/8080",
            "+service/frontend/10.96.0.1/80/6",
            "+service/frontend/fd00:10:96::1/80/6"),
        texts(fold.drain()));
    fold.fold(slice("a", port("", 8080, "TCP"), "10.0.1.1", "10.0.1.3"));
    assertEquals(
        List.of("+service/backend/1/10.0.1.3/8080", "-service/backend/1/10.0.1.2/8080"),
        texts(fold.drain()));
    fold.fold(slice("a", port("", 8080, "TCP"), "10.0.1.1", "10.0.1.3"));
    assertEquals(List.of(), texts(fold.drain()));
    fold.fold(log.gone("Service", "shop", "web"));
    assertEquals(
        List.of(
            "-service/frontend/fd00:10:96::1/80/6",
            "-service/frontend/10.96.0.1/80/6",
            "-service/backend/1/10.0.1.3/8080",
            "-service/backend/1/10.0.1.1/8080"),
        texts(fold.drain()));
  }

  @Test
  void theFirstOfTwoKeepsAnAddressAndTheOtherIsTold() {
    fold.fold(log.service("b", spec("clusterIPs", IP4, "ports", WEB)));
    fold.fold(log.service("a", spec("clusterIPs", IP4, "ports", WEB)));
    assertEquals("shop/b", holder());
    Finding finding = fold.findings().get(new ObjectKey("Service", "shop", "a")).getFirst();
    assertEquals(
        "spec: ClusterIP 10.96.0.1:80 belongs to Service shop/b: choose another address or port",
        finding.toString());
    fold.fold(log.gone("Service", "shop", "b"));
    assertEquals("shop/a", holder());
    assertEquals(List.of(), fold.findings().get(new ObjectKey("Service", "shop", "a")));
  }

  @Test
  void sctpWithAnotherTargetPortIsRefused() {
    List<Map<String, Object>> ports = List.of(port("", 80, "SCTP", "targetPort", 8080L));
    fold.fold(log.service("web", spec("clusterIPs", IP4, "ports", ports)));
    assertEquals("", frontends());
    assertEquals(
        "spec.ports[0].targetPort: SCTP ports cannot be translated: write targetPort 80",
        fold.findings().values().iterator().next().getFirst().toString());
  }

  /** Node ports are of a range of their own, which few pods listen in. */
  @Test
  void sctpHasNoNodePortButThePodsOwn() {
    Map<String, Object> other = port("", 80, "SCTP", "targetPort", 80L, "nodePort", 30080L);
    Map<String, Object> own = port("", 30080, "SCTP", "targetPort", 30080L, "nodePort", 30080L);
    fold.fold(
        log.service("web", spec("type", "NodePort", "clusterIPs", IP4, "ports", List.of(other))));
    assertEquals("ClusterIP 10.96.0.1:80/132", frontends());
    assertEquals(
        "spec.ports[0].nodePort: SCTP ports cannot be translated, so nobody is reached by node port"
            + " 30080: make port and targetPort 30080, or dial another address",
        fold.findings().values().iterator().next().getFirst().toString());
    fold.fold(
        log.service("web", spec("type", "NodePort", "clusterIPs", IP4, "ports", List.of(own))));
    assertEquals("NodePort 0.0.0.0:30080/132, ClusterIP 10.96.0.1:30080/132", frontends());
    assertEquals(List.of(), fold.findings().values().iterator().next());
  }

  /** The kernel would not look: a range of the API server's own is told, not taken in silence. */
  @Test
  void aNodePortBeyondTheRangeIsToldAndTheOtherAddressesServe() {
    for (long nodePort : new long[] {22, 29_999, 32_768}) {
      List<Map<String, Object>> ports = List.of(port("", 80, "TCP", "nodePort", nodePort));
      fold.fold(log.service("web", spec("type", "NodePort", "clusterIPs", IP4, "ports", ports)));
      assertEquals("ClusterIP 10.96.0.1:80/6", frontends());
      assertEquals(
          "spec.ports[0].nodePort: %d is no node port, so nobody is reached by it: write one from"
                  .formatted(nodePort)
              + " 30000 to 32767",
          fold.findings().values().iterator().next().getFirst().toString());
    }
    for (long nodePort : new long[] {30_000, 32_767}) {
      List<Map<String, Object>> ports = List.of(port("", 80, "TCP", "nodePort", nodePort));
      fold.fold(log.service("web", spec("type", "NodePort", "clusterIPs", IP4, "ports", ports)));
      assertEquals(List.of(), fold.findings().values().iterator().next());
    }
  }

  @Test
  void aRefusedVersionChangesNothing() {
    fold.fold(log.service("web", spec("clusterIPs", IP4, "ports", WEB)));
    fold.drain();
    fold.fold(log.service("web", spec("clusterIPs", List.of("10.96.0.999"), "ports", WEB)));
    assertEquals(List.of(), texts(fold.drain()));
    assertEquals(
        "spec.clusterIPs: '10.96.0.999' is not an IP address: write one like 10.96.0.10 or"
            + " fd00::a",
        fold.findings().values().iterator().next().getFirst().toString());
    assertEquals("ClusterIP 10.96.0.1:80/6", frontends());
  }

  @Test
  void policiesAffinityAndRangesAreTheFrontends() {
    fold.fold(
        log.service(
            "web",
            spec(
                "type",
                "LoadBalancer",
                "clusterIPs",
                IP4,
                "ports",
                NODE_PORT,
                "externalTrafficPolicy",
                "Local",
                "sessionAffinity",
                "ClientIP",
                "loadBalancerSourceRanges",
                List.of("10.0.0.0/8"),
                "healthCheckNodePort",
                32000L),
            Map.of("loadBalancer", Map.of("ingress", List.of(Map.of("ip", "203.0.113.7"))))));
    List<String> seen =
        rows(ServiceRow.Frontend.class)
            .map(
                row ->
                    "%s local=%s %ds %s health=%d"
                        .formatted(
                            row.kind().text(),
                            row.local(),
                            row.affinitySeconds(),
                            row.sourceRanges(),
                            row.healthCheckNodePort()))
            .toList();
    assertEquals(
        List.of(
            "NodePort local=true 10800s [] health=32000",
            "ClusterIP local=false 10800s [] health=0",
            "LoadBalancer local=true 10800s [10.0.0.0/8] health=32000"),
        seen);
  }

  @Test
  void aRestoredFoldGoesOnWithTheSameNumbers() {
    fold.fold(log.node("n1", "a"));
    fold.fold(log.service("gone", spec("clusterIPs", List.of("10.96.0.3"), "ports", WEB)));
    fold.fold(log.service("web", spec("clusterIPs", DUAL, "ports", WEB)));
    fold.fold(slice("a", port("", 8080, "TCP"), "10.0.1.1"));
    fold.fold(log.gone("Service", "shop", "gone"));
    ServiceFold restored = ServiceFold.restore(fold.snapshot());
    assertArrayEquals(fold.snapshot(), restored.snapshot());
    assertEquals(fold.image(), restored.image());
    ObjectEvent next = log.service("more", spec("clusterIPs", List.of("10.96.0.2"), "ports", WEB));
    fold.drain();
    fold.fold(next);
    restored.fold(next);
    assertEquals(fold.drain(), restored.drain());
  }

  private ObjectEvent slice(String name, Map<String, Object> port, String... addresses) {
    List<Map<String, Object>> endpoints =
        Stream.of(addresses).map(address -> endpoint(address, "ready", "n")).toList();
    return log.slice(name, "web", List.of(port), endpoints);
  }

  private <R extends ServiceRow> Stream<R> rows(Class<R> type) {
    return fold.image().stream().map(Change::value).filter(type::isInstance).map(type::cast);
  }

  private String frontends() {
    return String.join(
        ", ",
        rows(ServiceRow.Frontend.class)
            .map(
                row ->
                    "%s %s:%d/%d"
                        .formatted(row.kind().text(), row.address(), row.port(), row.protocol()))
            .toList());
  }

  private String backends() {
    return String.join(
        ", ",
        rows(ServiceRow.Backend.class)
            .map(
                row ->
                    "%s:%d %s"
                        .formatted(row.address(), row.port(), row.ready() ? "ready" : "leaving"))
            .toList());
  }

  private String holder() {
    return rows(ServiceRow.Frontend.class).findFirst().orElseThrow().service();
  }

  private static List<String> texts(List<Change<ServiceRow>> changes) {
    return changes.stream().map(c -> (c.isRemoval() ? "-" : "+") + c.key()).toList();
  }
}
