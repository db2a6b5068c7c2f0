package dev.sluice.cli.look;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.EntryCount;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * How many entries of a node's policy map identities need, and how many they may have, from the
 * rows of topic desired. Identities of names are not among the peers: nodes give those out.
 */
final class MapNeeds implements EntryCount.Peers {
  private final Map<Integer, DesiredRecord.SubjectPolicy> policies = new HashMap<>();
  private final Map<String, TreeSet<Integer>> members = new HashMap<>();
  private final Map<Integer, List<NamedPort>> ports = new HashMap<>();
  private ClusterSettings settings = ClusterSettings.DEFAULT;

  private MapNeeds() {}

  /** From the last row of every key. */
  static MapNeeds of(SortedMap<String, DesiredRow> desired) {
    MapNeeds needs = new MapNeeds();
    desired.forEach(
        (key, row) -> {
          if (DesiredRecords.fromAvro(key, row, -1)
              instanceof Row.Changed<DesiredRecord>(long at, Change<DesiredRecord> change)) {
            needs.take(change.value());
          }
        });
    return needs;
  }

  private void take(DesiredRecord record) {
    switch (record) {
      case DesiredRecord.SubjectPolicy policy -> policies.put(policy.identity(), policy);
      case DesiredRecord.Member(String selector, int identity) ->
          members.computeIfAbsent(selector, id -> new TreeSet<>()).add(identity);
      case DesiredRecord.IdentityPorts row -> ports.put(row.identity(), row.ports());
      case DesiredRecord.Settings(ClusterSettings said) -> settings = said;
      default -> {
        // the rest is in other maps
      }
    }
  }

  /** How many entries one identity may have. */
  int room() {
    return settings.policyMapEntries();
  }

  /** How many entries that one of the identities needs which needs the most; 0 for none. */
  int most(Collection<Integer> identities) {
    return identities.stream()
        .filter(policies::containsKey)
        .mapToInt(identity -> EntryCount.of(policies.get(identity), this))
        .max()
        .orElse(0);
  }

  @Override
  public Collection<Integer> selectedBy(String selector) {
    return members.getOrDefault(selector, new TreeSet<>());
  }

  @Override
  public List<NamedPort> ports(int identity) {
    return ports.getOrDefault(identity, List.of());
  }
}
