package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.FqdnSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Policies whose names nobody has looked up for a while since they were seen: selectors with their
 * users, answers and time in, findings out. Not thread safe.
 */
public final class UnaskedNames {
  public static final String CODE = "names-not-asked";

  private static final long UNKNOWN = -1;

  private static final class Watch {
    final TreeSet<String> selectors = new TreeSet<>();
    long sinceMillis = UNKNOWN; // until an event tells the time
  }

  private final long patienceMillis;
  private final NameSelectors selectors = new NameSelectors();
  private final Map<String, Set<ObjectKey>> users = new HashMap<>();
  private final TreeMap<ObjectKey, Watch> policies = new TreeMap<>();
  private final Set<String> asked = new HashSet<>();
  private final Map<ObjectKey, NameFinding> told = new TreeMap<>();
  private final Map<String, Long> formerSince = new HashMap<>();
  private long nowMillis;
  private boolean changed;
  private long next = Long.MAX_VALUE;

  /**
   * @param patienceMillis how long nobody may ask before it is worth a word
   */
  public UnaskedNames(long patienceMillis) {
    this.patienceMillis = patienceMillis;
  }

  /** What a former life told and nobody has taken back: key and the time that it gave. */
  public void restore(Collection<NameFinding> former) {
    for (NameFinding finding : former) {
      told.put(finding.policy(), finding);
      formerSince.put(finding.policy().toString(), finding.sinceMillis());
    }
    changed = true;
  }

  /**
   * A selector of names is used by these policies, {@code kind/namespace/name}.
   *
   * @param known whether a name is known that it selects
   */
  public void selector(String id, FqdnSelector selector, Collection<String> usedBy, boolean known) {
    boolean was = asked.contains(id);
    Set<ObjectKey> before = users.getOrDefault(id, Set.of());
    Set<ObjectKey> now = usedBy.stream().map(ObjectKey::parse).collect(Collectors.toSet());
    selectors.put(id, selector);
    users.put(id, now);
    now.forEach(policy -> policies.computeIfAbsent(policy, this::watch).selectors.add(id));
    before.stream().filter(policy -> !now.contains(policy)).forEach(policy -> unused(policy, id));
    if (known || was) {
      asked.add(id);
    }
    changed = true;
  }

  private void unused(ObjectKey policy, String selector) {
    policies.computeIfPresent(
        policy,
        (p, watch) -> {
          watch.selectors.remove(selector);
          return watch.selectors.isEmpty() ? null : watch;
        });
  }

  private Watch watch(ObjectKey policy) {
    Watch watch = new Watch();
    watch.sinceMillis = formerSince.getOrDefault(policy.toString(), UNKNOWN);
    return watch;
  }

  public void selectorGone(String id) {
    if (!selectors.remove(id)) {
      return;
    }
    asked.remove(id);
    users.remove(id).forEach(policy -> unused(policy, id));
    changed = true;
  }

  /** Somebody was answered under this name. */
  public void answered(String name) {
    changed |= asked.addAll(selectors.selecting(name));
  }

  /** The policies that select a name. */
  public Set<ObjectKey> policies(String name) {
    Set<ObjectKey> all = new TreeSet<>();
    selectors.selecting(name).forEach(id -> all.addAll(users.get(id)));
    return all;
  }

  /** Moves time. */
  public void passed(long timeMillis) {
    nowMillis = Math.max(nowMillis, timeMillis);
    if (nextMillis() == 0) {
      for (Watch watch : policies.values()) {
        watch.sinceMillis = watch.sinceMillis == UNKNOWN ? nowMillis : watch.sinceMillis;
      }
      changed = true;
    }
  }

  /** When there may be something new if nothing else happens; {@link Long#MAX_VALUE} for never. */
  public long nextMillis() {
    if (changed) {
      return policies.values().stream().anyMatch(watch -> watch.sinceMillis == UNKNOWN)
          ? 0
          : nowMillis;
    }
    return next;
  }

  private long next() {
    long next = Long.MAX_VALUE;
    for (Map.Entry<ObjectKey, Watch> each : policies.entrySet()) {
      Watch watch = each.getValue();
      if (watch.sinceMillis == UNKNOWN) {
        return 0;
      }
      if (!told.containsKey(each.getKey()) && isUnasked(watch)) {
        next = Math.min(next, watch.sinceMillis + patienceMillis);
      }
    }
    return next;
  }

  private boolean isUnasked(Watch watch) {
    return watch.selectors.stream().noneMatch(asked::contains);
  }

  /** What became of the findings since the last call. */
  public List<Change<NameFinding>> drain() {
    List<Change<NameFinding>> changes = new ArrayList<>();
    if (!changed && next > nowMillis) {
      return changes;
    }
    changed = false;
    for (ObjectKey policy : List.copyOf(told.keySet())) {
      Watch watch = policies.get(policy);
      if (watch == null || !isUnasked(watch)) {
        formerSince.remove(policy.toString());
        changes.add(Change.remove(NameFinding.class, told.remove(policy).key()));
      }
    }
    policies.forEach(
        (policy, watch) -> {
          boolean due =
              watch.sinceMillis != UNKNOWN && nowMillis - watch.sinceMillis >= patienceMillis;
          if (due && isUnasked(watch)) {
            NameFinding now = finding(policy, watch);
            if (!now.equals(told.put(policy, now))) {
              changes.add(Change.upsert(NameFinding.class, now.key(), now));
            }
          }
        });
    next = next();
    return changes;
  }

  private NameFinding finding(ObjectKey policy, Watch watch) {
    String names =
        watch.selectors.stream()
            .map(id -> selectors.get(id).toString())
            .sorted()
            .collect(Collectors.joining(", "));
    return new NameFinding(
        policy,
        CODE,
        watch.sinceMillis,
        "no pod has been answered under any of its names (%s) for %d s: toFQDNs has opened nothing;"
                .formatted(names, patienceMillis / 1000)
            + " if pods do resolve them, their questions pass no rules.dns");
  }
}
