package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyTree;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The last accepted version of each policy object. A refused object changes nothing here but what
 * is told about it. One fold owns it.
 */
final class AcceptedPolicies {
  private static final Predicate<String> FROM_PARSING =
      code -> !PolicyWarnings.CODES.contains(code);

  private final TreeMap<ObjectKey, PolicySnapshot.AcceptedVersion> versions = new TreeMap<>();
  private final Compilation compilation;
  private final Diagnostics diagnostics;

  AcceptedPolicies(Compilation compilation, Diagnostics diagnostics) {
    this.compilation = compilation;
    this.diagnostics = diagnostics;
  }

  /** Takes up what a snapshot holds, without telling anything. */
  void restore(List<PolicySnapshot.AcceptedVersion> accepted) {
    for (PolicySnapshot.AcceptedVersion version : accepted) {
      versions.put(version.key(), version);
      compilation.policy(policy(version));
    }
  }

  private static Policy policy(PolicySnapshot.AcceptedVersion version) {
    return switch (PolicyParser.parse(version.key(), PolicyTree.body(version.tree()))) {
      case ParsedPolicy.Accepted(Policy policy, List<Finding> unused) -> policy;
      case ParsedPolicy.Refused(List<Finding> findings) ->
          throw new IllegalArgumentException(
              version.key() + " was accepted once and is refused now: " + findings);
    };
  }

  /** Folds a record of a policy object. */
  void apply(ObjectEvent event) {
    switch (event.type()) {
      case ADDED, MODIFIED -> put(event);
      case DELETED -> delete(event);
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> {}
    }
  }

  private void put(ObjectEvent event) {
    ObjectKey key = event.key();
    switch (PolicyParser.parse(key, event.body())) {
      case ParsedPolicy.Accepted(Policy policy, List<Finding> findings) -> {
        diagnostics.replace(key, FROM_PARSING, findings, event, event.who());
        accept(
            policy,
            new PolicySnapshot.AcceptedVersion(key, PolicyTree.of(event.body()), event.who()));
      }
      case ParsedPolicy.Refused(List<Finding> findings) ->
          diagnostics.replace(key, FROM_PARSING, findings, event, event.who());
    }
  }

  private void accept(Policy policy, PolicySnapshot.AcceptedVersion version) {
    PolicySnapshot.AcceptedVersion before = versions.put(version.key(), version);
    if (before == null || !Arrays.equals(before.tree(), version.tree())) {
      compilation.policy(policy);
    }
  }

  private void delete(ObjectEvent event) {
    ObjectKey key = event.key();
    diagnostics.replace(key, code -> true, List.of(), event, event.who());
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
}
