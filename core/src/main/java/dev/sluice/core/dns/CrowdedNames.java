package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Names with more addresses than one name may have, so that the oldest had to go: counts in,
 * findings out. Not thread safe.
 */
public final class CrowdedNames {
  public static final String CODE = "addresses-evicted";

  private final int perName;
  private final TreeMap<ObjectKey, NameFinding> told = new TreeMap<>();

  /**
   * @param perName how many addresses a name may have
   */
  public CrowdedNames(int perName) {
    this.perName = perName;
  }

  /** What a former life told; what it counted is counted anew. */
  public void restore(Collection<NameFinding> former) {
    former.forEach(finding -> told.put(finding.policy(), finding));
  }

  /**
   * What became of the findings since the last call.
   *
   * @param evicted addresses that had to go, by name; names that are not there are in order
   * @param policies that select a name
   */
  public List<Change<NameFinding>> look(
      long nowMillis, Map<String, Long> evicted, Function<String, Set<ObjectKey>> policies) {
    TreeMap<ObjectKey, List<String>> texts = new TreeMap<>();
    new TreeMap<>(evicted)
        .forEach(
            (name, count) ->
                policies
                    .apply(name)
                    .forEach(
                        policy ->
                            texts
                                .computeIfAbsent(policy, p -> new ArrayList<>())
                                .add(name + ": " + count)));
    List<Change<NameFinding>> changes = new ArrayList<>();
    for (ObjectKey policy : List.copyOf(told.keySet())) {
      if (!texts.containsKey(policy)) {
        changes.add(Change.remove(NameFinding.class, told.remove(policy).key()));
      }
    }
    texts.forEach(
        (policy, all) -> {
          NameFinding before = told.get(policy);
          long since = before == null ? nowMillis : before.sinceMillis();
          NameFinding now =
              new NameFinding(
                  policy,
                  CODE,
                  since,
                  ("a name had more than %d addresses without a connection, and the oldest were"
                          + " forgotten (%s): raise dns.addresses.per.name")
                      .formatted(perName, all.stream().collect(Collectors.joining(", "))));
          if (!now.equals(told.put(policy, now))) {
            changes.add(Change.upsert(NameFinding.class, now.key(), now));
          }
        });
    return changes;
  }
}
