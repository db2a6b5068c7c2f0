package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PolicyFoldProperties {
  private static final int RECORDS = 60;

  /** Rows by key; refuses to be told what cannot be. */
  private static final class Mirror {
    private final TreeMap<String, DesiredRecord> rows = new TreeMap<>();
    private final TreeMap<String, DiagnosticRecord> diagnostics = new TreeMap<>();

    void apply(PolicyStep step) {
      boolean removing = false;
      for (Change<DesiredRecord> change : step.desired()) {
        removing |= change.isRemoval();
        assertEquals(removing, change.isRemoval(), "an addition after a removal");
        if (change.isRemoval()) {
          assertNotNull(rows.remove(change.key()), change.key() + " was not there");
        } else {
          assertEquals(change.key(), change.value().key());
          rows.put(change.key(), change.value());
        }
      }
      for (Change<DiagnosticRecord> change : step.diagnostics()) {
        if (change.isRemoval()) {
          assertNotNull(diagnostics.remove(change.key()));
        } else {
          diagnostics.put(change.key(), change.value());
        }
      }
    }

    static TreeMap<String, DesiredRecord> of(List<Change<DesiredRecord>> image) {
      TreeMap<String, DesiredRecord> rows = new TreeMap<>();
      image.forEach(change -> rows.put(change.key(), change.value()));
      return rows;
    }
  }

  @Property(tries = 40)
  void stepsAddUpToTheImage(@ForAll long seed) {
    PolicyFold fold = PolicyFold.empty();
    Mirror mirror = new Mirror();
    for (LogBuilder.Entry entry : RandomLog.of(seed, RECORDS).log().entries()) {
      mirror.apply(fold.apply(entry.event(), entry.changes()));
      assertEquals(Mirror.of(fold.image()), mirror.rows);
      assertEquals(fold.diagnostics(), List.copyOf(mirror.diagnostics.values()));
    }
  }

  @Property(tries = 40)
  void aRestartAnywhereChangesNothing(@ForAll long seed) {
    Random random = new Random(seed);
    PolicyFold straight = PolicyFold.empty();
    PolicyFold restarted = PolicyFold.empty();
    for (LogBuilder.Entry entry : RandomLog.of(seed, RECORDS).log().entries()) {
      PolicyStep wanted = straight.apply(entry.event(), entry.changes());
      if (random.nextInt(4) == 0) {
        byte[] image = restarted.snapshot().encode();
        restarted = PolicyFold.restore(PolicySnapshot.decode(image));
        assertArrayEquals(image, restarted.snapshot().encode());
      }
      assertEquals(wanted, restarted.apply(entry.event(), entry.changes()));
      assertArrayEquals(straight.snapshot().encode(), restarted.snapshot().encode());
    }
    assertEquals(straight.image(), restarted.image());
  }

  /**
   * What is told step by step, each step about what it touched, is all that there is to tell: what
   * a fold tells that takes the whole world in at once.
   */
  @Property(tries = 100)
  void whatIsToldIsWhatWouldBeToldAfresh(@ForAll long seed) {
    PolicyFold fold = PolicyFold.empty();
    int offset = 0;
    for (LogBuilder.Entry entry : RandomLog.of(seed, RECORDS).log().entries()) {
      fold.apply(entry.event(), entry.changes());
      PolicyFold afresh = PolicyFold.restore(fold.snapshot());
      List<String> told =
          fold.findings().stream()
              .filter(one -> isOfWhatIsEnforced(one.finding().code()))
              .map(PolicyFoldProperties::place)
              .sorted()
              .toList();
      assertEquals(
          afresh.findingsAfresh().stream().map(PolicyFoldProperties::place).sorted().toList(),
          told,
          "after record " + offset++);
    }
  }

  private static boolean isOfWhatIsEnforced(String code) {
    return PolicyWarnings.CODES.contains(code) || WorkloadCheck.CODES.contains(code);
  }

  /** Without the message: its hints are as of when it was raised. */
  private static String place(ObjectFinding one) {
    return one.object() + " " + one.finding().code() + " " + one.finding().path();
  }

  @Property(tries = 20)
  void duplicatesAreNothing(@ForAll long seed) {
    List<LogBuilder.Entry> entries = RandomLog.of(seed, RECORDS).log().entries();
    Random random = new Random(seed);
    PolicyFold once = PolicyFold.empty();
    PolicyFold often = PolicyFold.empty();
    for (int i = 0; i < entries.size(); i++) {
      LogBuilder.Entry entry = entries.get(i);
      assertEquals(
          once.apply(entry.event(), entry.changes()), often.apply(entry.event(), entry.changes()));
      LogBuilder.Entry again = entries.get(random.nextInt(i + 1));
      PolicyStep step = often.apply(again.event(), again.changes());
      assertEquals(List.of(), step.desired());
      assertEquals(List.of(), step.diagnostics());
    }
    assertArrayEquals(once.snapshot().encode(), often.snapshot().encode());
  }

  @Property(tries = 40)
  void theHashForgetsTheHistory(@ForAll long seed) {
    RandomLog random = RandomLog.withRoom(seed, RECORDS);
    PolicyFold history = releaseUnused(random).fold();
    List<Object> objects = new ArrayList<>(random.pods());
    objects.addAll(random.policies());
    Collections.shuffle(objects, new Random(seed));
    LogBuilder fresh = LogBuilder.whole().settings(random.settings());
    for (Object object : objects) {
      switch (object) {
        case RandomLog.Pod pod ->
            fresh.pod(pod.namespace(), pod.name(), pod.labels().toArray(String[]::new));
        case RandomLog.Accepted policy ->
            fresh.policy(policy.namespace(), policy.name(), policy.spec());
        default -> throw new AssertionError();
      }
    }
    assertEquals(fresh.fold().hash(), history.hash());
  }

  /** Identities without pods are subjects still, and so in the hash, until they are released. */
  private static LogBuilder releaseUnused(RandomLog random) {
    Set<LabelSet> used = new HashSet<>();
    random
        .pods()
        .forEach(
            pod ->
                used.add(LogBuilder.labels(pod.namespace(), pod.labels().toArray(String[]::new))));
    for (ClusterRecord.Identity identity : random.log().fold().snapshot().identities()) {
      if (!used.contains(identity.labels())) {
        random.log().release(identity);
      }
    }
    return random.log();
  }

  @Property(tries = 40)
  void whatIsCompiledSaysWhatTheOracleSays(@ForAll long seed) {
    RandomLog random = RandomLog.inDefaultMode(seed, RECORDS);
    PolicyFold fold = random.log().fold();
    List<Policy> policies = random.policies().stream().map(PolicyFoldProperties::parse).toList();
    Map<String, DesiredRecord> rows = Mirror.of(fold.image());
    TreeMap<Integer, LabelSet> peers = new TreeMap<>();
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved.number() > 0) {
        peers.put(reserved.number(), reserved.labels());
      }
    }
    fold.snapshot().identities().forEach(row -> peers.put(row.number(), row.labels()));
    for (DesiredRecord row : rows.values()) {
      if (row instanceof DesiredRecord.SubjectPolicy subject) {
        peers.forEach((number, labels) -> compare(policies, rows, subject, number, labels));
      }
    }
  }

  private static void compare(
      List<Policy> policies,
      Map<String, DesiredRecord> rows,
      DesiredRecord.SubjectPolicy subject,
      int peer,
      LabelSet labels) {
    for (int protocol : List.of(1, 6, 17, 132)) {
      for (int port : protocol == 1 ? List.of(0) : List.of(79, 80, 81, 82, 83)) {
        for (boolean ingress : List.of(true, false)) {
          assertEquals(
              VerdictOracle.allows(policies, subject.labels(), ingress, labels, protocol, port),
              compiled(rows, ingress ? subject.ingress() : subject.egress(), peer, protocol, port),
              () -> subject + " with " + labels + " " + protocol + "/" + port);
        }
      }
    }
  }

  private static boolean compiled(
      Map<String, DesiredRecord> rows,
      DesiredRecord.DirectionPolicy direction,
      int peer,
      int protocol,
      int port) {
    return !direction.enforced()
        || direction.rules().stream()
            .anyMatch(
                rule ->
                    (rule.selector().isEmpty()
                            || rows.containsKey("member/" + rule.selector() + "/" + peer))
                        && (rule.protocol() == 0 || rule.protocol() == protocol)
                        && rule.portFirst() <= port
                        && port <= rule.portLast());
  }

  private static Policy parse(RandomLog.Accepted accepted) {
    ObjectKey key = new ObjectKey("CiliumNetworkPolicy", accepted.namespace(), accepted.name());
    return ((ParsedPolicy.Accepted) PolicyParser.parse(key, Map.of("spec", accepted.spec())))
        .policy();
  }
}
