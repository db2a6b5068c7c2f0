package dev.sluice.core.compile;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Versions of policies that can be read and are not accepted, in the order in which they came, and
 * which of them are worth asking about again. A version that has no room names a witness, one of
 * its subjects that has none with it. As long as too few of the witness's peers came or went to
 * matter, and nothing else became of the witness or of the version, the answer stays what it was;
 * so a change costs the versions whose witnesses it concerns. It decides nothing. Not thread safe;
 * one compilation owns it.
 */
final class WaitingPolicies {
  /** What is watched of a version that was asked about. */
  private static final class Watch {
    private final Policy policy;
    private final Collection<LabelSelector> peers;
    private final long eachThen;
    private final long eachNow;
    private long aboveRoom;
    private long aboveNow;

    private Watch(Policy policy, MapRoom.Refusal refusal) {
      this.policy = policy;
      this.peers = refusal.peers();
      this.eachThen = refusal.eachThen();
      this.eachNow = refusal.eachNow();
      this.aboveRoom = refusal.aboveRoom();
      this.aboveNow = refusal.aboveNow();
    }

    /** A peer came or went; says whether there may be room now. */
    boolean peer(boolean came) {
      aboveNow -= came ? eachNow : eachThen;
      aboveRoom -= came ? 0 : eachThen;
      return aboveRoom <= 0 || aboveNow <= 0;
    }
  }

  private static final class Waiting {
    private final long place;
    private PolicySnapshot.AcceptedVersion version;
    private int witness;
    private Watch watch;

    private Waiting(long place) {
      this.place = place;
    }
  }

  private final TreeMap<Long, Waiting> inOrder = new TreeMap<>();
  private final Map<ObjectKey, Waiting> byKey = new HashMap<>();
  private final TreeSet<Long> stirred = new TreeSet<>();
  private final Map<Integer, TreeSet<Long>> byWitness = new HashMap<>();
  private final SelectorTable<Long> peers;
  private final ServiceUsers services;
  private Set<ObjectKey> keys;
  private long next;

  WaitingPolicies(Work work) {
    this.peers = new SelectorTable<>(place -> key(place).toString(), work);
    this.services = new ServiceUsers(work);
  }

  private ObjectKey key(long place) {
    return inOrder.get(place).version.key();
  }

  /**
   * Lets a version wait, in the place of an earlier one of the policy if there is one; it is worth
   * asking about.
   *
   * @param witness of a refusal that is known; 0 for none
   */
  void put(PolicySnapshot.AcceptedVersion version, int witness) {
    Waiting waiting = byKey.computeIfAbsent(version.key(), unused -> new Waiting(next++));
    unwatch(waiting);
    inOrder.put(waiting.place, waiting);
    keys = null;
    waiting.version = version;
    waiting.witness = witness;
    stirred.add(waiting.place);
  }

  /** A version that waits has no room: it need not be asked about until something changes. */
  void refused(ObjectKey key, Policy policy, MapRoom.Refusal refusal) {
    Waiting waiting = byKey.get(key);
    unwatch(waiting);
    waiting.witness = refusal.witness();
    waiting.watch = new Watch(policy, refusal);
    byWitness.computeIfAbsent(waiting.witness, unused -> new TreeSet<>()).add(waiting.place);
    refusal.peers().forEach(selector -> peers.use(selector, waiting.place));
    services.add(key.toString(), policy);
    stirred.remove(waiting.place);
  }

  /** The policy's version does not wait any more; one that does not is nothing. */
  void remove(ObjectKey key) {
    Waiting waiting = byKey.remove(key);
    if (waiting != null) {
      unwatch(waiting);
      inOrder.remove(waiting.place);
      keys = null;
      stirred.remove(waiting.place);
    }
  }

  private void unwatch(Waiting waiting) {
    Watch watch = waiting.watch;
    if (watch == null) {
      return;
    }
    waiting.watch = null;
    TreeSet<Long> others = byWitness.get(waiting.witness);
    others.remove(waiting.place);
    if (others.isEmpty()) {
      byWitness.remove(waiting.witness);
    }
    watch.peers.forEach(selector -> peers.release(selector, waiting.place));
    services.remove(waiting.version.key().toString(), watch.policy);
  }

  /** The first version behind a place that is worth asking about; -1 is before all. */
  Optional<Long> nextStirred(long behind) {
    return Optional.ofNullable(stirred.higher(behind));
  }

  PolicySnapshot.AcceptedVersion version(long place) {
    return inOrder.get(place).version;
  }

  /** The subject that had no room when the policy was last asked about; 0 for none. */
  int witness(ObjectKey key) {
    Waiting waiting = byKey.get(key);
    return waiting == null ? 0 : waiting.witness;
  }

  /** The settings changed, which everything depends on. */
  void everything() {
    stirred.addAll(inOrder.keySet());
  }

  /** The policies or named ports of a subject changed, or it is gone. */
  void subject(int number) {
    TreeSet<Long> places = byWitness.get(number);
    if (places != null) {
      stirred.addAll(places);
    }
  }

  /** An identity came or went. */
  void identity(LabelSet labels, boolean came) {
    for (long place : having(labels)) {
      if (inOrder.get(place).watch.peer(came)) {
        stirred.add(place);
      }
    }
  }

  /** The pods of an identity have other named ports. */
  void ports(int number, LabelSet labels) {
    subject(number);
    if (labels != null) {
      identity(labels, false);
      identity(labels, true);
    }
  }

  private Set<Long> having(LabelSet labels) {
    Set<Long> places = new TreeSet<>();
    if (!byWitness.isEmpty()) {
      peers.selecting(labels).forEach(entry -> places.addAll(entry.users()));
    }
    return places;
  }

  /** A Service changed, so that policies may mean something else. */
  void service(KnownServices.Change change) {
    for (String text : services.of(change)) {
      stirred.add(byKey.get(ObjectKey.parse(text)).place);
    }
  }

  /** In the order in which they came. */
  List<PolicySnapshot.WaitingVersion> all() {
    List<PolicySnapshot.WaitingVersion> all = new ArrayList<>();
    inOrder
        .values()
        .forEach(
            waiting ->
                all.add(new PolicySnapshot.WaitingVersion(waiting.version, waiting.witness)));
    return all;
  }

  /** Which policies wait, sorted. Asked for at every record, so made only when it is another. */
  Set<ObjectKey> keys() {
    if (keys == null) {
      keys = Collections.unmodifiableSet(new TreeSet<>(byKey.keySet()));
    }
    return keys;
  }
}
