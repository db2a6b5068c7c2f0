package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.LogFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyTree;
import dev.sluice.core.policy.PolicyUses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/** Over logs in which policies are refused for want of room. */
class IdentityFoldProperties {
  private static int refusals;
  private static int rowless;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  @AfterContainer
  static void somethingWasRefused() {
    assertTrue(refusals > 50, refusals + " policies waited");
    assertTrue(rowless > 500, rowless + " records were rowless");
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void prefixesOfAcceptedPoliciesAreInUse(@ForAll("seeds") long seed) {
    IdentityFold identities = IdentityFold.empty("default");
    PolicyFold policies = PolicyFold.empty();
    for (ObjectEvent event : tight(seed)) {
      policies.apply(event, identities.apply(event).changes());
      refusals += policies.withoutRoom().size();
      if (policies.revision() > 0) {
        Set<String> rows =
            identities.rows().stream().map(row -> row.key()).collect(Collectors.toSet());
        for (Prefix prefix : accepted(policies)) {
          assertTrue(rows.contains(prefix.toString()), prefix + " after " + event.offset());
        }
      }
    }
  }

  private static List<Prefix> accepted(PolicyFold policies) {
    return policies.snapshot().policies().stream()
        .map(version -> PolicyParser.parse(version.key(), PolicyTree.body(version.tree())))
        .map(parsed -> PolicyUses.of(((ParsedPolicy.Accepted) parsed).policy()))
        .flatMap(uses -> uses.prefixes().keySet().stream())
        .toList();
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aRestartAnywhereChangesNothing(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    IdentityFold straight = IdentityFold.empty("default");
    IdentityFold restarted = IdentityFold.empty("default");
    for (ObjectEvent event : tight(seed)) {
      ClusterStep wanted = straight.apply(event);
      if (random.nextInt(3) == 0) {
        byte[] image = restarted.image();
        restarted = IdentityFold.restore(image);
        assertArrayEquals(image, restarted.image());
      }
      assertEquals(wanted, restarted.apply(event));
      assertEquals(straight.rows(), restarted.rows());
    }
    assertArrayEquals(straight.image(), restarted.image());
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whenPoliciesSeeARecordChangesNothing(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    IdentityFold atOnce = IdentityFold.empty("default");
    IdentityFold later = IdentityFold.empty("default");
    for (ObjectEvent event : random.nextBoolean() ? tight(seed) : restless(seed)) {
      ClusterStep wanted = atOnce.apply(event);
      atOnce.catchUp();
      assertEquals(wanted, later.apply(event));
      if (random.nextInt(8) == 0) {
        assertEquals(atOnce.rows(), later.rows());
      }
      if (random.nextInt(8) == 0) {
        assertArrayEquals(atOnce.image(), later.image());
      }
    }
    assertArrayEquals(atOnce.image(), later.image());
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void oneFoldOfBothSaysWhatTwoSay(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    List<ObjectEvent> log = random.nextBoolean() ? tight(seed) : restless(seed);
    Map<ObjectKey, Last> read = new HashMap<>();
    IdentityFold identities = IdentityFold.empty("default");
    PolicyFold policies = PolicyFold.empty();
    LogFold both = LogFold.empty("default");
    byte[] image = identities.image();
    int imageAt = -1;
    for (int i = 0; i < log.size(); i++) {
      if (random.nextInt(8) == 0) {
        image = identities.image();
        imageAt = i - 1;
      }
      PolicyStep wanted = policies.apply(log.get(i), identities.apply(log.get(i)).changes());
      assertEquals(wanted, both.apply(prepared(log.get(i), read)));
      assertEquals(identities.rows(), both.rows());
      if (random.nextInt(8) == 0) {
        both = LogFold.restore(image, policies.snapshot().encode());
        read.clear(); // what is read from there on is read by another reader
        for (int again = imageAt + 1; again <= i; again++) {
          assertEquals(List.of(), both.apply(prepared(log.get(again), read)).desired());
        }
      }
    }
    assertArrayEquals(policies.snapshot().encode(), both.policy().snapshot().encode());
  }

  /** A record as a replay has it: read from bytes, and prepared. */
  private static ObjectEvent prepared(ObjectEvent event, Map<ObjectKey, Last> read) {
    LazyTree body = new LazyTree(CanonicalTree.encode(event.body()), event::body);
    ObjectEvent same =
        new ObjectEvent(
            event.offset(),
            event.type(),
            event.key(),
            event.apiVersion(),
            event.uid(),
            event.resourceVersion(),
            event.timeMillis(),
            event.who(),
            event.epoch(),
            event.base(),
            body);
    Last last = read.get(event.key());
    byte[] before = last == null || last.epoch != event.epoch() ? null : last.read;
    read.put(event.key(), new Last(LogFold.prepare(same, before), event.epoch()));
    return same;
  }

  /** What was read of an object's last record. */
  private record Last(byte[] read, long epoch) {}

  /** What policy-stream need not wait for: that is right whatever came before, in any life. */
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void nothingIsMadeOfRowlessRecords(@ForAll("seeds") long seed) {
    Random random = new Random(seed);
    IdentityFold identities = IdentityFold.empty("default");
    PolicyFold policies = PolicyFold.empty();
    for (ObjectEvent event : restless(seed)) {
      if (random.nextInt(8) == 0) {
        policies = PolicyFold.restore(policies.snapshot());
      }
      if (random.nextInt(8) == 0) {
        identities = IdentityFold.restore(identities.image());
      }
      boolean isRowless = policies.isRowless(event);
      ClusterStep step = identities.apply(event);
      if (isRowless) {
        rowless++;
        assertEquals(List.of(), step.changes(), event.toString());
      }
      policies.apply(event, step.changes());
    }
  }

  /** A tight log, with two policies in between that come, change and go, and time that passes. */
  private static List<ObjectEvent> restless(long seed) {
    Random random = new Random(seed);
    List<ObjectEvent> log = new ArrayList<>();
    long later = 0;
    for (ObjectEvent event : tight(seed)) {
      log.add(moved(log.size(), event, later));
      while (random.nextInt(2) == 0) {
        ObjectKey key = new ObjectKey("CiliumNetworkPolicy", "ns", "restless-" + random.nextInt(2));
        Map<String, Object> body = RESTLESS.get(random.nextInt(RESTLESS.size()));
        ObjectEvent.Type type =
            random.nextInt(4) == 0 ? ObjectEvent.Type.DELETED : ObjectEvent.Type.MODIFIED;
        log.add(moved(log.size(), at(0, type, key, body, event), later));
        later += random.nextInt(3) * GRACE_MILLIS / 2;
      }
    }
    return log;
  }

  private static final long GRACE_MILLIS = 600_000;

  /** Names nothing; needs room; names prefixes, two of them for pods as well. */
  private static final List<Map<String, Object>> RESTLESS =
      List.of(
          egress(Map.of("toEndpoints", List.of(Map.of()))),
          egress(Map.of("toPorts", List.of(Map.of("ports", ports())))),
          egress(Map.of("toCIDR", List.of("10.0.0.0/8"))),
          egress(Map.of("toCIDR", List.of("10.0.0.0/16", "fd00::/16"))),
          egress(Map.of("toCIDR", List.of("not a prefix"))));

  private static Map<String, Object> egress(Map<String, Object> rule) {
    return Map.of("spec", Map.of("endpointSelector", Map.of(), "egress", List.of(rule)));
  }

  private static List<Map<String, Object>> ports() {
    return IntStream.range(1, 30)
        .mapToObj(port -> Map.<String, Object>of("port", "" + 2 * port, "protocol", "TCP"))
        .toList();
  }

  private static ObjectEvent moved(long offset, ObjectEvent event, long later) {
    return new ObjectEvent(
        offset,
        event.type(),
        event.key(),
        event.apiVersion(),
        event.uid(),
        event.resourceVersion(),
        event.timeMillis() + later,
        event.who(),
        event.epoch(),
        event.base(),
        event.body());
  }

  /** A generated log, with settings in between that leave little room, or enough. */
  private static List<ObjectEvent> tight(long seed) {
    GeneratedWorld generated =
        WorldGenerator.make(Choices.of(Tape.of(seed).decisions()), Coverage.ofEverything());
    Random random = new Random(seed);
    List<ObjectEvent> log = new ArrayList<>();
    for (ObjectEvent event : generated.log()) {
      if (random.nextInt(6) == 0) {
        long room = random.nextInt(4) == 0 ? 16384 : 16;
        Map<String, Object> body = Map.of("spec", Map.of("policyMapEntries", room));
        log.add(at(log.size(), ObjectEvent.Type.MODIFIED, ClusterSettings.KEY, body, event));
      }
      if (!event.key().equals(ClusterSettings.KEY)) {
        log.add(at(log.size(), event.type(), event.key(), event.body(), event));
      }
    }
    return log;
  }

  private static ObjectEvent at(
      long offset,
      ObjectEvent.Type type,
      ObjectKey key,
      Map<String, Object> body,
      ObjectEvent like) {
    boolean same = key.equals(like.key());
    return new ObjectEvent(
        offset,
        type,
        key,
        like.apiVersion(),
        same ? like.uid() : "",
        "",
        like.timeMillis(),
        like.who(),
        like.epoch(),
        like.base(),
        body);
  }
}
