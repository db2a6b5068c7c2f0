package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.LabNames;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long an address lives that a name had, on two nodes and in both families, with the times of a
 * day in seconds: an answer holds for three, a node tells of connections every second.
 */
@RequiresKernel
class DnsLifeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Longer than an address without a connection lives after its last answer. */
  private static final Duration A_LIFE = Duration.ofSeconds(10);

  private static final String[] SCALED = {
    "dns.ttl.floor=3s", "dns.idle.grace=2s", "dns.use.interval=1s"
  };

  @TempDir private static Path scripts;
  private static Resolving resolving;
  private static Lab lab;

  /** Addresses of both families from {@code 203.0.113.FIRST} on. */
  private static List<String> addresses(int first, int count) {
    List<String> all = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      all.add("203.0.113." + i);
      all.add("2001:db8::" + Integer.toHexString(i));
    }
    return all;
  }

  @BeforeAll
  static void up() throws IOException {
    resolving = new Resolving(scripts);
    String one = ", ttlSeconds: 1, perAnswer: 1";
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + resolving.outside("kept", "kept.life.test" + one, addresses(10, 2))
                + resolving.outside("handed", "handed.life.test" + one, addresses(20, 3))
                + resolving.outside("away", "away.life.test" + one, addresses(30, 3))
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + Resolving.policy("life", "pay", "*.life.test"),
            SCALED);
    lab.awaitConnects("outside/kept", "203.0.113.10", Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  /** Looks up until every address of the family has been an answer. */
  private static void learnAll(String pod, String name, boolean v6, int count) {
    List<String> lines = resolving.lookUp(lab, pod, name, v6, 2 * count);
    assertTrue(lines.stream().allMatch(line -> line.startsWith("opened ")), lines::toString);
    assertEquals(count, new TreeSet<>(lines).size(), lines::toString);
  }

  private static Resolving.Held hold(String pod, String address) throws IOException {
    Resolving.Held held = resolving.hold(lab, pod, address);
    assertTrue(Waiting.until(PATIENCE, () -> held.state().equals("open")), held::state);
    return held;
  }

  private static void awaitClosed(String pod, String address) {
    Resolving.awaitForgotten(lab, pod.endsWith("1") ? 1 : 2, address);
    assertFalse(lab.connects(pod, address, Manifests.PORT), pod + " still reaches " + address);
  }

  /** Longer than a life passes, and none of these connections ends. */
  private static void aLifePasses(Resolving.Held... held) {
    assertFalse(
        Waiting.until(A_LIFE, () -> Stream.of(held).anyMatch(each -> !each.state().equals("open"))),
        () -> Stream.of(held).map(Resolving.Held::state).toList().toString());
  }

  @Test
  void aConnectionOnOneNodeKeepsAnAddressThatAnotherLearned() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      String kept = v6 ? "2001:db8::a" : "203.0.113.10";
      String other = v6 ? "2001:db8::b" : "203.0.113.11";
      learnAll("shop/pay-1", "kept.life.test", v6, 2);
      lab.awaitConnects("shop/pay-2", kept, Manifests.PORT);
      Resolving.Held held = hold("shop/pay-2", kept);
      aLifePasses(held);
      awaitClosed("shop/pay-1", other);
      awaitClosed("shop/pay-2", other);
      assertTrue(lab.connects("shop/pay-1", kept, Manifests.PORT), "used on the other node");
      assertTrue(lab.connects("shop/pay-2", kept, Manifests.PORT), "used here");
      held.letGo();
      awaitClosed("shop/pay-1", kept);
      awaitClosed("shop/pay-2", kept);
    }
  }

  @Test
  void namesAreHandedOverWithTheirNumbers() throws IOException {
    learnAll("shop/pay-1", "handed.life.test", false, 3);
    Resolving.Held held = hold("shop/pay-1", "203.0.113.20");
    String before = identities();
    lab.kill("identity-stream");
    learnAll("shop/pay-2", "handed.life.test", true, 3);
    aLifePasses(held);
    assertTrue(lab.connects("shop/pay-1", "203.0.113.21", Manifests.PORT), "nobody took it away");
    lab.start("identity-stream");
    learnAll("shop/pay-2", "handed.life.test", false, 3);
    aLifePasses(held);
    assertEquals(before, identities());
    held.letGo();
  }

  private static String identities() {
    return lab.sluice("fqdn", "cache", "list", "-o", "jsonpath={[*].identity}")
        .text()
        .lines()
        .flatMap(line -> List.of(line.split(" ")).stream())
        .distinct()
        .toList()
        .toString();
  }

  @Test
  void withoutBrokersNothingThatWorkedStops() throws IOException {
    learnAll("shop/pay-1", "away.life.test", false, 3);
    lab.awaitConnects("shop/pay-2", "203.0.113.30", Manifests.PORT);
    Resolving.Held held = hold("shop/pay-2", "203.0.113.30");
    lab.kill("broker");
    aLifePasses(held);
    assertTrue(lab.connects("shop/pay-1", "203.0.113.31", Manifests.PORT), "it worked before");
    learnAll("shop/pay-1", "away.life.test", true, 3);
    Resolving.Held fresh = hold("shop/pay-1", "2001:db8::1e");
    aLifePasses(held, fresh);
    assertTrue(lab.connects("shop/pay-1", "2001:db8::1f", Manifests.PORT), "it worked before");
    lab.start("broker");
    learnAll("shop/pay-1", "away.life.test", false, 3);
    lab.awaitConnects("shop/pay-2", "2001:db8::1e", Manifests.PORT);
    aLifePasses(held, fresh);
    held.letGo();
    fresh.letGo();
  }

  @Test
  void anApplierThatWasDeadForMoreThanALifeCutsNothing() throws IOException {
    learnAll("shop/pay-1", "kept.life.test", false, 2);
    lab.awaitConnects("shop/pay-2", "203.0.113.11", Manifests.PORT);
    Resolving.Held held = hold("shop/pay-2", "203.0.113.11");
    lab.kill("node-applier@node-2");
    aLifePasses(held);
    awaitClosed("shop/pay-1", "203.0.113.11");
    lab.start("node-applier@node-2");
    aLifePasses(held);
    held.letGo();
    awaitClosed("shop/pay-2", "203.0.113.11");
  }

  /** From here on the kernel refuses every write to both nodes' policy maps. */
  @Test
  void answersThatRotateCutNothingAndWriteNoPolicy() throws IOException {
    try (Lab own = rotating()) {
      List<Resolving.Held> all = new ArrayList<>();
      for (boolean v6 : List.of(false, true)) {
        assertOpened(resolving.lookUp(own, "shop/pay-1", "cdn.life.test", v6, 2));
        String first = v6 ? "2001:db8::64" : "203.0.113.100";
        own.awaitConnects("shop/pay-2", first, Manifests.PORT);
        all.add(resolving.hold(own, "shop/pay-1", first));
        all.add(resolving.hold(own, "shop/pay-2", first));
      }
      for (int node = 1; node <= 2; node++) {
        Path map = LabNames.of(own.data()).bpfDir(node).resolve("maps").resolve("slc_policy");
        Result frozen = run("bpftool", "map", "freeze", "pinned", map.toString());
        assertEquals(0, frozen.status(), frozen.text());
      }
      for (int round = 0; round < 3; round++) {
        for (boolean v6 : List.of(false, true)) {
          List<String> lines = resolving.lookUp(own, "shop/pay-1", "cdn.life.test", v6, 80);
          assertOpened(lines);
          assertEquals(40, new TreeSet<>(lines).size(), "every address had its turn");
        }
        aLifePasses(all.toArray(Resolving.Held[]::new));
      }
      String status = own.sluice("status", "--verbose").text();
      assertFalse(status.contains("step failed"), status);
      long left =
          own.sluice("fqdn", "cache", "list", "--no-headers")
              .text()
              .lines()
              .filter(line -> line.contains("cdn.life.test"))
              .count();
      assertTrue(left < 20, left + " of them are still known");
    }
  }

  private static Lab rotating() throws IOException {
    String one = ", ttlSeconds: 1, perAnswer: 1";
    Lab own =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + resolving.outside("cdn", "cdn.life.test" + one, addresses(100, 40))
                + Manifests.client("pay-1", "pay", "node-1", "")
                + Manifests.client("pay-2", "pay", "node-2", "")
                + Resolving.policy("life", "pay", "*.life.test"),
            SCALED);
    own.awaitConnects("outside/cdn", "203.0.113.100", Manifests.PORT);
    return own;
  }

  private static void assertOpened(List<String> lines) {
    assertTrue(lines.stream().allMatch(line -> line.startsWith("opened ")), lines::toString);
  }

  private record Result(int status, String text) {}

  private static Result run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes());
    try {
      return new Result(process.waitFor(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
