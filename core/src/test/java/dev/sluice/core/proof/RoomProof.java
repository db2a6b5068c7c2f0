package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectEvent.Type;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.NodeFold;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.PolicyParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which versions of policies have room in the nodes' maps, decided the slow way: for each question
 * all is folded anew as if the version were accepted, flattened, and the entries are counted. The
 * fold must refuse the same ones, and have in force what the others say.
 */
public final class RoomProof {
  private static final int LEAST_ROOM = 16;

  private final List<ObjectEvent> log;
  private final Map<ObjectKey, ObjectEvent> accepted = new HashMap<>();
  private final LinkedHashMap<ObjectKey, ObjectEvent> waiting = new LinkedHashMap<>();
  private final AtomicInteger refused;
  private int room;

  private RoomProof(List<ObjectEvent> log, AtomicInteger refused) {
    this.log = log;
    this.refused = refused;
  }

  /** What is wrong with what is refused in the tape's world, where the neediest lacks one entry. */
  public static Optional<String> refusesWhatHasNoRoom(Tape tape) {
    return refusesWhatHasNoRoom(tape, new AtomicInteger());
  }

  /**
   * @param refused counts the versions that had no room
   */
  static Optional<String> refusesWhatHasNoRoom(Tape tape, AtomicInteger refused) {
    GeneratedWorld generated =
        WorldGenerator.make(Choices.of(tape.decisions()), Coverage.ofEverything());
    RoomProof proof = new RoomProof(story(generated), refused);
    return proof.differs().map(wrong -> wrong + "\n" + generated);
  }

  /**
   * The cluster, and then its policies: each is made, then becomes what the next of its kind is,
   * and goes again.
   */
  private static List<ObjectEvent> story(GeneratedWorld generated) {
    GeneratedWorld.Log log = new GeneratedWorld.Log();
    TreeMap<ObjectKey, Map<String, Object>> policies = new TreeMap<>(generated.objects());
    policies.keySet().removeIf(key -> !PolicyParser.isPolicy(key.kind()));
    log.add(Type.ADDED, ClusterSettings.KEY, Map.of()); // settings() says what stands there
    generated
        .objects()
        .forEach(
            (key, body) -> {
              if (!policies.containsKey(key) && !key.equals(ClusterSettings.KEY)) {
                log.add(Type.ADDED, key, body);
              }
            });
    log.listed();
    policies.forEach((key, body) -> log.add(Type.ADDED, key, body));
    policies.forEach((key, body) -> log.add(Type.MODIFIED, key, next(policies, key)));
    policies.forEach((key, body) -> log.add(Type.DELETED, key, body));
    return settings(log.events(), generated.objects().get(ClusterSettings.KEY));
  }

  private static Map<String, Object> next(
      TreeMap<ObjectKey, Map<String, Object>> policies, ObjectKey key) {
    ObjectKey next = policies.higherKey(key);
    boolean alike =
        next != null && next.kind().equals(key.kind()) && next.namespace().equals(key.namespace());
    return policies.get(alike ? next : key);
  }

  private static List<ObjectEvent> settings(List<ObjectEvent> log, Map<String, Object> body) {
    List<ObjectEvent> with = new ArrayList<>(log);
    with.set(0, body(log.getFirst(), body == null ? Map.of("spec", Map.of()) : body));
    return with;
  }

  private Optional<String> differs() {
    room = mostAtOnce() - 1;
    if (room < LEAST_ROOM) {
      return Optional.empty();
    }
    Folded folded = new Folded();
    for (int i = 0; i < log.size(); i++) {
      ObjectEvent event = log.get(i);
      folded.fold(i == 0 ? saying(event, "policyMapEntries", (long) room) : event, true);
      if (isVersion(event)) {
        decide(i, event);
        Optional<String> wrong = differs(i, folded.policy);
        if (wrong.isPresent()) {
          return wrong;
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isVersion(ObjectEvent event) {
    return event.type() != Type.SYNCED && PolicyParser.isPolicy(event.key().kind());
  }

  private Optional<String> differs(int index, PolicyFold fold) {
    String where = "room " + room + ", after " + log.get(index).type() + " " + log.get(index).key();
    if (!fold.withoutRoom().equals(new TreeSet<>(waiting.keySet()))) {
      return Optional.of(
          where + " refused are " + fold.withoutRoom() + ", should be " + waiting.keySet());
    }
    boolean same = fold.hash().equals(folded(index, accepted, false).policy.hash());
    return same ? Optional.empty() : Optional.of(where + " another version is in force");
  }

  /** What becomes of a record; then of those that wait, in the order in which they came. */
  private void decide(int index, ObjectEvent event) {
    waiting.remove(event.key());
    if (event.type() == Type.DELETED) {
      accepted.remove(event.key());
    } else {
      tryToAccept(index, event);
    }
    List.copyOf(waiting.values()).forEach(version -> tryToAccept(index, version));
  }

  private void tryToAccept(int index, ObjectEvent version) {
    Map<ObjectKey, ObjectEvent> with = new HashMap<>(accepted);
    with.put(version.key(), version);
    Map<Integer, Integer> before = folded(index, accepted, true).entries();
    Map<Integer, Integer> after = folded(index, with, true).entries();
    boolean full =
        after.keySet().stream()
            .anyMatch(
                subject -> after.get(subject) > room && after.get(subject) > before.get(subject));
    if (full) {
      refused.incrementAndGet();
      waiting.putIfAbsent(version.key(), version);
    } else {
      waiting.remove(version.key());
      accepted.put(version.key(), version);
    }
  }

  /** The entries that the neediest has when all policies are there at once. */
  private int mostAtOnce() {
    Map<ObjectKey, ObjectEvent> all = new HashMap<>();
    int last = 0;
    for (int i = 0; i < log.size(); i++) {
      if (isVersion(log.get(i)) && log.get(i).type() == Type.ADDED) {
        all.put(log.get(i).key(), log.get(i));
        last = i;
      }
    }
    return folded(last, all, true).entries().values().stream().max(Integer::compare).orElse(0);
  }

  /**
   * All records up to one, with these versions of policies in force and room without end.
   *
   * @param counting policies count, whatever the mode: what is accepted must have room when the
   *     mode changes
   */
  private Folded folded(int upTo, Map<ObjectKey, ObjectEvent> versions, boolean counting) {
    Folded folded = new Folded();
    for (int i = 0; i <= upTo; i++) {
      ObjectEvent event = log.get(i);
      boolean never = counting && event.body().toString().contains("policyEnforcementMode=never");
      boolean hidden = isVersion(event) && versions.get(event.key()) != event;
      ObjectEvent told =
          i == 0 && never ? saying(event, "policyEnforcementMode", "default") : event;
      folded.fold(i == 0 ? saying(told, "policyMapEntries", 1L << 20) : told, !hidden);
    }
    return folded;
  }

  @SuppressWarnings("unchecked")
  private static ObjectEvent saying(ObjectEvent event, String field, Object value) {
    Map<String, Object> spec = (Map<String, Object>) event.body().get("spec");
    return body(event, Trees.with(event.body(), "spec", Trees.with(spec, field, value)));
  }

  private static ObjectEvent body(ObjectEvent event, Map<String, Object> body) {
    return new ObjectEvent(
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
  }

  /** Both folds of the streams. */
  private static final class Folded {
    private final ClusterFold cluster = ClusterFold.empty();
    private final PolicyFold policy = PolicyFold.empty();

    /**
     * @param tell whether the policy fold hears of it; the other one always does, as in the running
     *     system
     */
    void fold(ObjectEvent event, boolean tell) {
      List<Change<ClusterRecord>> changes = cluster.apply(event).changes();
      policy.apply(tell ? event : silent(event), changes);
    }

    private static ObjectEvent silent(ObjectEvent event) {
      return new ObjectEvent(
          event.offset(),
          Type.BOOKMARK,
          new ObjectKey("Pod", "", ""),
          "",
          "",
          "",
          event.timeMillis(),
          "",
          event.epoch(),
          event.base(),
          Map.of());
    }

    /** By identity, how many entries a node has for it. */
    Map<Integer, Integer> entries() {
      NodeFold node = NodeFold.empty("node-1");
      Map<Integer, Integer> entries = new TreeMap<>();
      for (Change<DesiredRecord> change : policy.image()) {
        node.apply(change);
        if (change.value() instanceof DesiredRecord.SubjectPolicy subject) {
          entries.put(subject.identity(), 0);
        }
      }
      node.local(Set.copyOf(entries.keySet()));
      for (KernelEntry entry : node.wanted()) {
        if (entry.key() instanceof KernelEntry.PolicyKey key) {
          entries.merge(key.subject(), 1, Integer::sum);
        }
      }
      return entries;
    }
  }
}
