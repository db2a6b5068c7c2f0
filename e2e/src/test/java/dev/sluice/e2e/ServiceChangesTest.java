package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.lab.drive.HeldConnection;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends change, appliers die: no client of the Service may notice. */
@RequiresKernel
class ServiceChangesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String LEAVING = ", deletionTimestamp: \"2026-01-01T00:00:00Z\"}";

  @TempDir private static Path scripts;
  private static Dialling dialling;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    dialling = new Dialling(scripts);
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + dialling.server("old-1", "web", "node-1")
                + dialling.server("old-2", "web", "node-2")
                + Manifests.client("client-1", "client", "node-1", "")
                + Manifests.client("client-2", "client", "node-2", "")
                + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec:
                  clusterIPs: [10.96.0.80, "fd00:10:96::80"]
                  selector: {app: web}
                  ports: [{port: 80, targetPort: 8080}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: udp, namespace: shop}
                spec:
                  clusterIPs: [10.96.0.81, "fd00:10:96::81"]
                  selector: {app: udp}
                  ports: [{port: 53, targetPort: 8080, protocol: UDP}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: held, namespace: shop}
                spec:
                  clusterIPs: [10.96.0.82, "fd00:10:96::82"]
                  selector: {app: held}
                  ports: [{port: 80, targetPort: 8080}]
                """
                + Manifests.pod("held-1", "held", "node-2", "", HeldConnection.SERVER)
                + Manifests.service(
                    "late",
                    "clusterIPs: [10.96.0.83, \"fd00:10:96::83\"], selector: {app: late}, ports:"
                        + " [{port: 53, targetPort: 8080, protocol: UDP}]")
                + dialling.server("udp-1", "udp", "node-1")
                + dialling.server("late-1", "late", "node-2"));
    for (String server : List.of("old-1", "old-2", "held-1")) {
      lab.awaitConnects("shop/client-1", lab.address("shop/" + server, false), 8080);
    }
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static List<String> said(Path load) {
    try {
      return Files.readAllLines(load);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At least a few hundred more connections have worked since now. */
  private static void awaitMore(List<Path> loads) {
    for (Path load : loads) {
      int before = said(load).size();
      assertTrue(
          Waiting.until(PATIENCE, () -> said(load).size() >= before + 3), said(load).toString());
    }
  }

  private static void assertNoneFailed(List<Path> loads) {
    for (Path load : loads) {
      assertEquals(
          List.of(), said(load).stream().filter(line -> line.startsWith("failed")).toList());
    }
  }

  private static void leave(String name, String node) throws IOException {
    leave(dialling.server(name, "web", node));
  }

  private static void leave(String pod) throws IOException {
    lab.apply(pod.replaceFirst("labels: \\{app: ([a-z]+)\\}\\}", "labels: {app: $1}" + LEAVING));
  }

  /** As lists show them. */
  private static List<String> backends(String pod) {
    return lab.addresses(pod).stream()
        .map(ip -> (ip.contains(":") ? "[" + ip + "]" : ip) + ":8080 ")
        .toList();
  }

  /** It terminates and serves, and its connections go on, while new ones go elsewhere. */
  @Test
  void connectionsStayWithABackendThatLeaves() throws IOException {
    List<HeldConnection> held =
        List.of(
            HeldConnection.open(lab, "shop/client-1", "10.96.0.82", 80),
            HeldConnection.open(lab, "shop/client-2", "fd00:10:96::82", 80),
            HeldConnection.open(lab, "node/1", "fd00:10:96::82", 80),
            HeldConnection.open(lab, "bare/shop/client-1", "10.96.0.82", 80),
            HeldConnection.open(lab, "bare/node/1", "fd00:10:96::82", 80));
    lab.apply(dialling.server("held-2", "held", "node-1"));
    lab.awaitConnects("shop/client-1", lab.address("shop/held-2", false), 8080);
    leave(Manifests.pod("held-1", "held", "node-2", "", HeldConnection.SERVER));
    List<String> left = backends("shop/held-1");
    List<String> serve = backends("shop/held-2");
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> {
              String kernel = lab.sluice("bpf", "lb", "list").text();
              return serve.stream().allMatch(kernel::contains)
                  && left.stream().noneMatch(kernel::contains);
            }),
        () -> lab.sluice("bpf", "lb", "list").text());
    List<String> targets = List.of("tcp 10.96.0.82 80", "tcp fd00:10:96::82 80");
    for (String from : List.of("shop/client-1", "bare/shop/client-2", "bare/node/2")) {
      assertEquals(
          targets.stream().map(target -> target + ": held-2").toList(),
          dialling.table(lab, from, 1, targets));
    }
    held.forEach(HeldConnection::awaitMore);
    assertEquals(0, lab.sluice("lab", "restart", "node-applier@node-1").status());
    held.forEach(HeldConnection::awaitMore);
  }

  @Test
  void aConnectedUdpSocketEndsWithItsBackend() throws IOException {
    lab.awaitConnects("shop/client-1", lab.address("shop/udp-1", false), 8080);
    List<Path> held =
        List.of(
            dialling.hold(lab, "shop/client-1", "10.96.0.81", 53),
            dialling.hold(lab, "shop/client-2", "fd00:10:96::81", 53),
            dialling.hold(lab, "node/2", "10.96.0.81", 53));
    Path direct = dialling.hold(lab, "shop/client-2", lab.address("shop/udp-1", false), 8080);
    for (Path socket : Stream.concat(held.stream(), Stream.of(direct)).toList()) {
      assertTrue(
          Waiting.until(PATIENCE, () -> said(socket).contains("answered by udp-1")),
          said(socket).toString());
    }
    lab.apply(dialling.server("udp-1", "elsewhere", "node-1")); // it lives, the Service left it
    for (Path socket : held) {
      assertTrue(
          Waiting.until(PATIENCE, () -> said(socket).contains("ended ConnectionAbortedError")),
          said(socket).toString());
    }
    assertEquals(List.of("answered by udp-1"), said(direct));
  }

  @Test
  void itEndsAlsoWhenTheBackendWentWhileNoApplierRan() throws IOException {
    lab.awaitConnects("shop/client-1", lab.address("shop/late-1", false), 8080);
    List<Path> held =
        List.of(
            dialling.hold(lab, "shop/client-1", "10.96.0.83", 53),
            dialling.hold(lab, "node/2", "fd00:10:96::83", 53));
    for (Path socket : held) {
      assertTrue(
          Waiting.until(PATIENCE, () -> said(socket).contains("answered by late-1")),
          said(socket).toString());
    }
    lab.kill("node-applier");
    Path elsewhere = lab.file(dialling.server("late-1", "elsewhere", "node-2"));
    lab.sluice("lab", "apply", "-f", elsewhere.toString(), "--timeout", "5s"); // nobody realises it
    held.forEach(socket -> assertEquals(List.of("answered by late-1"), said(socket)));
    lab.start("node-applier");
    for (Path socket : held) {
      assertTrue(
          Waiting.until(PATIENCE, () -> said(socket).contains("ended ConnectionAbortedError")),
          said(socket).toString());
    }
  }

  @Test
  void allBackendsAreReplacedAndTheApplierDiesUnderLoad() throws IOException {
    List<Path> loads =
        List.of(
            dialling.load(lab, "shop/client-1", "10.96.0.80", 80),
            dialling.load(lab, "shop/client-2", "fd00:10:96::80", 80),
            dialling.load(lab, "bare/shop/client-1", "fd00:10:96::80", 80),
            dialling.load(lab, "node/2", "10.96.0.80", 80),
            dialling.load(lab, "bare/node/1", "10.96.0.80", 80));
    awaitMore(loads);
    for (int i = 1; i <= 2; i++) {
      String node = "node-" + i;
      String fresh = "new-" + i;
      String unready = dialling.server(fresh, "starting", node);
      lab.apply(unready);
      lab.awaitConnects("shop/client-1", lab.address("shop/" + fresh, false), 8080);
      lab.apply(dialling.server(fresh, "web", node)); // the same pod, now selected
      leave("old-" + i, node);
      awaitMore(loads);
      lab.delete(dialling.server("old-" + i, "web", node));
    }
    awaitMore(loads);
    assertNoneFailed(loads);

    lab.kill("node-applier@node-1");
    awaitMore(loads);
    lab.start("node-applier@node-1");
    awaitMore(loads);
    assertEquals(0, lab.sluice("lab", "restart", "node-applier@node-1").status());
    awaitMore(loads);
    assertNoneFailed(loads);
    String backends = lab.sluice("service", "list").text();
    assertTrue(
        backends.contains(lab.address("shop/new-2", false) + ":8080/TCP (active)"), backends);

    // Those that terminate are used only when nothing else serves.
    leave("new-1", "node-1");
    leave("new-2", "node-2");
    awaitMore(loads);
    assertNoneFailed(loads);
    backends = lab.sluice("service", "list").text();
    assertTrue(backends.contains("(terminating)"), backends);
  }
}
