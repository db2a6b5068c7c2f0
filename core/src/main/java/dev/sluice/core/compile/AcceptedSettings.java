package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.ClusterSettingsParser;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedSettings;
import dev.sluice.core.policy.PolicyTree;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The last accepted version of the cluster's settings; where there is none, the defaults hold. A
 * refused version changes nothing but what is told about it. One fold owns it.
 */
final class AcceptedSettings {
  private final Compilation compilation;
  private final Diagnostics diagnostics;
  private PolicySnapshot.AcceptedVersion version;

  AcceptedSettings(Compilation compilation, Diagnostics diagnostics) {
    this.compilation = compilation;
    this.diagnostics = diagnostics;
  }

  /** Takes up what a snapshot holds, without telling anything. */
  void restore(Optional<PolicySnapshot.AcceptedVersion> accepted) {
    accepted.ifPresent(
        held -> {
          version = held;
          compilation.settings(
              settings(ClusterSettingsParser.parse(held.key(), PolicyTree.body(held.tree()))));
        });
  }

  private static ClusterSettings settings(ParsedSettings parsed) {
    return switch (parsed) {
      case ParsedSettings.Accepted(ClusterSettings settings) -> settings;
      case ParsedSettings.Refused(List<Finding> findings) ->
          throw new IllegalArgumentException(
              "settings were accepted once and are refused now: " + findings);
    };
  }

  /** Folds a record of a SluiceSettings object. */
  void apply(ObjectEvent event) {
    switch (event.type()) {
      case ADDED, MODIFIED -> put(event);
      case DELETED -> delete(event);
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> {}
    }
  }

  private void put(ObjectEvent event) {
    ObjectKey key = event.key();
    switch (ClusterSettingsParser.parse(key, event.body())) {
      case ParsedSettings.Accepted(ClusterSettings settings) -> {
        diagnostics.replace(key, code -> true, List.of(), event, event.who());
        byte[] tree = PolicyTree.of(event.body());
        boolean same = version != null && Arrays.equals(version.tree(), tree);
        version = new PolicySnapshot.AcceptedVersion(key, tree, event.who());
        if (!same) {
          compilation.settings(settings);
        }
      }
      case ParsedSettings.Refused(List<Finding> findings) ->
          diagnostics.replace(key, code -> true, findings, event, event.who());
    }
  }

  private void delete(ObjectEvent event) {
    diagnostics.replace(event.key(), code -> true, List.of(), event, event.who());
    if (version != null && version.key().equals(event.key())) {
      version = null;
      compilation.settings(ClusterSettings.DEFAULT);
    }
  }

  /** What a snapshot holds; empty where the defaults hold. */
  Optional<PolicySnapshot.AcceptedVersion> version() {
    return Optional.ofNullable(version);
  }
}
