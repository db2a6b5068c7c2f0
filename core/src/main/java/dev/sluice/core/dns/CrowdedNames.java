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

/**
 * Names with more addresses than one name may have, so that the oldest had to go: counts in,
 * findings out. Not thread safe.
 */
public final class CrowdedNames {
  public static final String CODE = "addresses-evicted";

  private final int perName;
  private final ToldFindings told = new ToldFindings(CODE);

  /**
   * @param perName how many addresses a name may have
   */
  public CrowdedNames(int perName) {
    this.perName = perName;
  }

  /** What a former life told; what it counted is counted anew. */
  public void restore(Collection<NameFinding> former) {
    told.restore(former);
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
    TreeMap<ObjectKey, String> messages = new TreeMap<>();
    texts.forEach(
        (policy, all) ->
            messages.put(
                policy,
                ("a name had more than %d addresses without a connection, and the oldest were"
                        + " forgotten (%s): raise dns.addresses.per.name")
                    .formatted(perName, String.join(", ", all))));
    return told.look(nowMillis, messages);
  }
}
