package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Endpoints that default deny leaves without any traffic, since no rule of any policy allows them
 * some: what a default deny does that comes before its allow rules. Kept as subjects are compiled,
 * so that each policy knows whom it cuts without asking all its subjects.
 */
final class CutSubjects implements PolicyCheck {
  /** The directions in which a subject is cut. */
  private record Cut(boolean ingress, boolean egress) {
    static final Cut NONE = new Cut(false, false);

    boolean any() {
      return ingress || egress;
    }

    boolean both() {
      return ingress && egress;
    }
  }

  private final Compilation compilation;
  private final Map<String, TreeMap<Integer, Cut>> byPolicy = new HashMap<>();

  CutSubjects(Compilation compilation) {
    this.compilation = compilation;
  }

  /**
   * A subject was compiled, or is gone.
   *
   * @return the policies that cut it before or cut it now, if that is a difference
   */
  Set<String> compiled(int number, SubjectPolicy before, SubjectPolicy now) {
    Cut was = cut(before);
    Cut is = cut(now);
    Set<String> closedBefore = closing(before, was);
    Set<String> closing = closing(now, is);
    if (was.equals(is) && closedBefore.equals(closing)) {
      return Set.of();
    }
    for (String policy : closedBefore) {
      TreeMap<Integer, Cut> left = byPolicy.getOrDefault(policy, new TreeMap<>());
      left.remove(number);
      if (left.isEmpty()) {
        byPolicy.remove(policy);
      }
    }
    closing.forEach(
        policy -> byPolicy.computeIfAbsent(policy, p -> new TreeMap<>()).put(number, is));
    Set<String> all = new TreeSet<>(closedBefore);
    all.addAll(closing);
    return all;
  }

  /** The policies that cut a subject. */
  Set<String> cutting(SubjectPolicy row) {
    return closing(row, cut(row));
  }

  private static Cut cut(SubjectPolicy row) {
    return row == null ? Cut.NONE : new Cut(isCut(row.ingress()), isCut(row.egress()));
  }

  private static boolean isCut(DirectionPolicy direction) {
    return direction.enforced()
        && direction.rules().stream()
            .noneMatch(
                rule ->
                    rule.verdict() == RuleVerdict.ALLOW || rule.verdict() == RuleVerdict.REDIRECT);
  }

  private static Set<String> closing(SubjectPolicy row, Cut cut) {
    TreeSet<String> policies = new TreeSet<>();
    if (cut.ingress) {
      policies.addAll(row.ingress().enforcedBy());
    }
    if (cut.egress) {
      policies.addAll(row.egress().enforcedBy());
    }
    return policies;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    SortedMap<Integer, Cut> cut = byPolicy.getOrDefault(policy.key().toString(), new TreeMap<>());
    List<Integer> both = numbers(cut, true);
    List<Integer> one = numbers(cut, false);
    String path = policy.rules().getFirst().path();
    if (!both.isEmpty()) {
      told.add(
          PolicyCheck.warning(
              PolicyWarnings.CUTS_ALL,
              path,
              "leaves "
                  + whom(both)
                  + " without any traffic, in or out: no rule of any policy allows some"));
    } else if (!one.isEmpty()) {
      Cut first = cut.get(one.getFirst());
      told.add(
          PolicyCheck.note(
              PolicyWarnings.CUTS_ALL,
              first.ingress ? path + ".ingress" : path + ".egress",
              "leaves "
                  + whom(one)
                  + (first.ingress ? " without anything coming in" : " without anything going out")
                  + ": no rule of any policy allows some"));
    }
  }

  private List<Integer> numbers(SortedMap<Integer, Cut> cut, boolean both) {
    return cut.entrySet().stream()
        .filter(entry -> entry.getValue().any() && (!both || entry.getValue().both()))
        .map(Map.Entry::getKey)
        .filter(compilation::inUse)
        .toList();
  }

  /** {@code the pods with app=web in shop and 2 other identities}. */
  private String whom(List<Integer> numbers) {
    String first = SubjectWords.of(compilation.identities().labels(numbers.getFirst()));
    int more = numbers.size() - 1;
    return more == 0
        ? first
        : first + " and " + more + (more == 1 ? " other identity" : " other identities");
  }
}
