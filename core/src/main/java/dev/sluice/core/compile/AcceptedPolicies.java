package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyReading;
import dev.sluice.core.policy.PolicyTree;
import dev.sluice.core.policy.PolicyUses;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The last accepted version of each policy object. A refused object changes nothing here but what
 * is told about it. One that can be read and has no room in the nodes' maps waits: it is tried
 * again whenever a policy or the settings change. Before the world is whole nobody knows who the
 * peers are, so all of them wait, in the order in which they came. Which of those that wait are
 * worth asking about again says {@link WaitingPolicies}. One fold owns it.
 */
final class AcceptedPolicies {
  private static final Predicate<String> FROM_PARSING =
      code -> !PolicyWarnings.CODES.contains(code);

  private final TreeMap<ObjectKey, PolicySnapshot.AcceptedVersion> versions = new TreeMap<>();
  private final WaitingPolicies waiting;
  private final Compilation compilation;
  private final Diagnostics diagnostics;
  private final MapRoom room;
  private boolean whole;
  private boolean forgetful;

  AcceptedPolicies(Compilation compilation, Diagnostics diagnostics) {
    this.compilation = compilation;
    this.diagnostics = diagnostics;
    this.room = new MapRoom(compilation);
    this.waiting = compilation.waiting();
  }

  /** From now on everything that waits is asked about every time, whole; for tests. */
  void forgetful() {
    forgetful = true;
  }

  /** Takes up what a snapshot holds, without telling anything. */
  void restore(PolicySnapshot snapshot) {
    whole = snapshot.whole();
    for (PolicySnapshot.AcceptedVersion version : snapshot.policies()) {
      versions.put(version.key(), version);
      compilation.policy(compilation.compiled(policy(version)));
    }
    snapshot.waiting().forEach(one -> waiting.put(one.version(), one.witness()));
  }

  private static Policy policy(PolicySnapshot.AcceptedVersion version) {
    return switch (PolicyParser.parse(version.key(), PolicyTree.body(version.tree()))) {
      case ParsedPolicy.Accepted(Policy policy, List<Finding> unused) -> policy;
      case ParsedPolicy.Refused(List<Finding> findings) ->
          throw new IllegalArgumentException(
              version.key() + " was accepted once and is refused now: " + findings);
    };
  }

  /** Everything has been listed: whoever has waited is tried, in order. */
  void becomeWhole(ObjectEvent event) {
    whole = true;
    retry(event);
  }

  /** Folds a record of a policy object. */
  void apply(ObjectEvent event) {
    switch (event.type()) {
      case ADDED, MODIFIED -> put(event);
      case DELETED -> delete(event);
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> {}
    }
  }

  /**
   * Whether a record is of a policy of which neither the version in force nor the new one names
   * anything beyond labels, and none waits.
   */
  boolean isRowless(ObjectEvent event) {
    ObjectKey key = event.key();
    if (!PolicyParser.isPolicy(key.kind()) || namesPeers(key)) {
      return false;
    }
    return switch (event.type()) {
      case ADDED, MODIFIED ->
          !(event.read(PolicyReading.READER).parsed()
                  instanceof ParsedPolicy.Accepted(Policy policy, List<Finding> unused))
              || PolicyUses.of(policy).isEmpty();
      case DELETED -> true;
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> false;
    };
  }

  /** A version that waits counts as one that does: it is rare, and its policy is looked at anew. */
  private boolean namesPeers(ObjectKey key) {
    CompiledPolicy enforced = compilation.policies().get(key.toString());
    return waiting.keys().contains(key)
        || enforced != null && !PolicyUses.of(enforced.policy()).isEmpty();
  }

  private void put(ObjectEvent event) {
    ObjectKey key = event.key();
    PolicyReading reading = event.read(PolicyReading.READER);
    switch (reading.parsed()) {
      case ParsedPolicy.Accepted(Policy policy, List<Finding> findings) -> {
        diagnostics.replace(key, FROM_PARSING, findings, event, event.who());
        waiting.remove(key);
        read(policy, new PolicySnapshot.AcceptedVersion(key, reading.tree(), event.who()), event);
      }
      case ParsedPolicy.Refused(List<Finding> findings) ->
          // What waits for room goes on doing so.
          diagnostics.replace(
              key,
              FROM_PARSING.and(code -> !code.equals(MapRoom.CODE)),
              findings,
              event,
              event.who());
    }
  }

  private void read(Policy policy, PolicySnapshot.AcceptedVersion version, ObjectEvent event) {
    PolicySnapshot.AcceptedVersion before = versions.get(version.key());
    if (before != null && Arrays.equals(before.tree(), version.tree())) {
      versions.put(version.key(), version);
    } else if (whole) {
      accept(policy, version, event);
    } else {
      waiting.put(version, 0);
    }
  }

  /** Accepts a version, or lets it wait and says why. */
  private void accept(Policy policy, PolicySnapshot.AcceptedVersion version, ObjectEvent event) {
    ObjectKey key = version.key();
    CompiledPolicy compiled = compilation.compiled(policy);
    int witness = forgetful ? 0 : waiting.witness(key);
    Optional<MapRoom.Refusal> same =
        witness == 0 ? Optional.empty() : room.refusal(compiled, witness);
    if (same.isPresent()) {
      waiting.refused(key, policy, same.get()); // what was told of the witness is told already
      return;
    }
    Optional<MapRoom.Refusal> refusal = room.refusal(compiled);
    diagnostics.replace(
        key,
        MapRoom.CODE::equals,
        refusal.map(MapRoom.Refusal::finding).stream().toList(),
        event,
        version.who());
    if (refusal.isPresent()) {
      waiting.put(version, 0);
      waiting.refused(key, policy, refusal.get());
    } else {
      waiting.remove(key);
      versions.put(key, version);
      compilation.policy(compiled);
    }
  }

  /**
   * Something has changed that may have made room: asks about those to which it may matter, one
   * after the other. One before which another is accepted is asked about the next time.
   */
  void retry(ObjectEvent event) {
    if (!whole) {
      return;
    }
    if (forgetful) {
      waiting.everything();
    }
    for (Optional<Long> place = waiting.nextStirred(-1); place.isPresent(); ) {
      PolicySnapshot.AcceptedVersion version = waiting.version(place.get());
      accept(policy(version), version, event);
      place = waiting.nextStirred(place.get());
    }
  }

  private void delete(ObjectEvent event) {
    ObjectKey key = event.key();
    diagnostics.replace(key, code -> true, List.of(), event, event.who());
    waiting.remove(key);
    if (versions.remove(key) != null) {
      compilation.policyGone(key);
    }
  }

  /** Who wrote the accepted version; null when there is none. */
  String who(ObjectKey key) {
    PolicySnapshot.AcceptedVersion version = versions.get(key);
    return version == null ? null : version.who();
  }

  /** By key. */
  List<PolicySnapshot.AcceptedVersion> versions() {
    return List.copyOf(versions.values());
  }

  /** Versions that can be read and are not accepted, in the order in which they came. */
  List<PolicySnapshot.WaitingVersion> waiting() {
    return waiting.all();
  }

  /** The keys of those that have no room. */
  Set<ObjectKey> withoutRoom() {
    return whole ? waiting.keys() : Set.of();
  }
}
