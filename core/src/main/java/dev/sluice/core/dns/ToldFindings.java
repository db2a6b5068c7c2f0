package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Findings of one code, one a policy, that are true while their reason lasts: keeps when each was
 * first seen, and says what became of them. Not thread safe.
 */
final class ToldFindings {
  private final String code;
  private final TreeMap<ObjectKey, NameFinding> told = new TreeMap<>();

  ToldFindings(String code) {
    this.code = code;
  }

  /** What a former life told. */
  void restore(Collection<NameFinding> former) {
    former.forEach(finding -> told.put(finding.policy(), finding));
  }

  /**
   * What became of the findings.
   *
   * @param messages all that there is to say now, by policy
   */
  List<Change<NameFinding>> look(long nowMillis, SortedMap<ObjectKey, String> messages) {
    List<Change<NameFinding>> changes = new ArrayList<>();
    for (ObjectKey policy : List.copyOf(told.keySet())) {
      if (!messages.containsKey(policy)) {
        changes.add(Change.remove(NameFinding.class, told.remove(policy).key()));
      }
    }
    messages.forEach(
        (policy, message) -> {
          NameFinding before = told.get(policy);
          long since = before == null ? nowMillis : before.sinceMillis();
          NameFinding now = new NameFinding(policy, code, since, message);
          if (!now.equals(told.put(policy, now))) {
            changes.add(Change.upsert(NameFinding.class, now.key(), now));
          }
        });
    return changes;
  }
}
