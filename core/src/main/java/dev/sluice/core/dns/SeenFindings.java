package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What was seen that speaks against policies, under one code: several sightings of one policy share
 * a message. Each goes when what it is about is in order again, and after a while in which it did
 * not happen. Not thread safe.
 */
final class SeenFindings {
  /** A message names so many. */
  private static final int NAMED = 3;

  private static final int PER_POLICY = 100;

  private record Sighting(long firstMillis, long lastMillis, String text) {}

  private final String code;
  private final long quietMillis;
  private final TreeMap<ObjectKey, TreeMap<SeenUse, Sighting>> all = new TreeMap<>();
  private final Map<ObjectKey, NameFinding> told = new TreeMap<>();
  private boolean changed;

  /**
   * @param quietMillis what was not seen for so long is over
   */
  SeenFindings(String code, long quietMillis) {
    this.code = code;
    this.quietMillis = quietMillis;
  }

  void seen(ObjectKey policy, SeenUse about, long timeMillis, String text) {
    TreeMap<SeenUse, Sighting> of = all.computeIfAbsent(policy, p -> new TreeMap<>());
    Sighting before = of.get(about);
    if (before == null && of.size() >= PER_POLICY) {
      return; // the message would not name it
    }
    of.put(about, new Sighting(before == null ? timeMillis : before.firstMillis, timeMillis, text));
    changed = true;
  }

  void forget(Predicate<SeenUse> over) {
    all.values().forEach(of -> changed |= of.keySet().removeIf(over));
  }

  /** Policies are others: keeps what still speaks against each of these. */
  void recheck(Function<SeenUse, Set<ObjectKey>> policies) {
    all.forEach(
        (policy, of) ->
            changed |= of.keySet().removeIf(about -> !policies.apply(about).contains(policy)));
  }

  void passed(long nowMillis) {
    all.values()
        .forEach(
            of ->
                changed |= of.values().removeIf(each -> nowMillis - each.lastMillis > quietMillis));
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** What became of the findings since the last call. */
  List<Change<NameFinding>> drain() {
    List<Change<NameFinding>> changes = new ArrayList<>();
    if (!changed) {
      return changes;
    }
    changed = false;
    all.values().removeIf(Map::isEmpty);
    for (ObjectKey gone : List.copyOf(told.keySet())) {
      if (!all.containsKey(gone)) {
        changes.add(Change.remove(NameFinding.class, told.remove(gone).key()));
      }
    }
    all.forEach(
        (policy, of) -> {
          NameFinding now = finding(policy, of);
          if (!now.equals(told.put(policy, now))) {
            changes.add(Change.upsert(NameFinding.class, now.key(), now));
          }
        });
    return changes;
  }

  private NameFinding finding(ObjectKey policy, TreeMap<SeenUse, Sighting> of) {
    String text =
        of.values().stream().map(Sighting::text).limit(NAMED).collect(Collectors.joining("; "));
    int more = of.size() - NAMED;
    long since = of.values().stream().mapToLong(Sighting::firstMillis).min().orElse(0);
    return new NameFinding(policy, code, since, more > 0 ? text + "; and " + more + " more" : text);
  }
}
