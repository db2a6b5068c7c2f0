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
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Endpoints that default deny leaves without any traffic, since no rule of any policy allows them
 * some: what a default deny does that comes before its allow rules. Kept as subjects are compiled,
 * so that each policy knows whom it cuts without asking all its subjects.
 */
final class CutSubjects implements SubjectCheck {
  /** The directions in which a subject is cut. */
  private record Cut(boolean ingress, boolean egress) {
    static final Cut NONE = new Cut(false, false);

    boolean both() {
      return ingress && egress;
    }
  }

  /** What was noted of a subject. */
  private record Noted(Cut cut, Set<String> policies) {}

  /** Whom one policy cuts. */
  private static final class Whom {
    private final TreeMap<Integer, Cut> all = new TreeMap<>();
    private final TreeSet<Integer> both = new TreeSet<>();
  }

  private final IdentityIndex identities;
  private final Map<Integer, Noted> noted = new HashMap<>();
  private final Map<String, Whom> byPolicy = new HashMap<>();

  CutSubjects(IdentityIndex identities) {
    this.identities = identities;
  }

  @Override
  public Set<String> note(int number, Subject subject, SubjectPolicy row) {
    Cut cut = cut(row);
    Noted now = new Noted(cut, closing(row, cut));
    Noted before = now.policies.isEmpty() ? noted.remove(number) : noted.put(number, now);
    if (now.equals(before) || before == null && now.policies.isEmpty()) {
      return Set.of();
    }
    Set<String> touched = new TreeSet<>(now.policies);
    if (before != null) {
      touched.addAll(before.policies);
      before.policies.forEach(policy -> withdraw(policy, number));
    }
    for (String policy : now.policies) {
      Whom whom = byPolicy.computeIfAbsent(policy, unused -> new Whom());
      whom.all.put(number, cut);
      if (cut.both()) {
        whom.both.add(number);
      }
    }
    return touched;
  }

  private void withdraw(String policy, int number) {
    Whom whom = byPolicy.get(policy);
    whom.all.remove(number);
    whom.both.remove(number);
    if (whom.all.isEmpty()) {
      byPolicy.remove(policy);
    }
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
    Whom whom = byPolicy.get(policy.key().toString());
    if (whom == null) {
      return;
    }
    String path = policy.rules().getFirst().path();
    if (!whom.both.isEmpty()) {
      told.add(
          PolicyCheck.warning(
              PolicyWarnings.CUTS_ALL,
              path,
              "leaves "
                  + text(whom.both.first(), whom.both.size())
                  + " without any traffic, in or out: no rule of any policy allows some"));
    } else {
      Cut first = whom.all.firstEntry().getValue();
      told.add(
          PolicyCheck.note(
              PolicyWarnings.CUTS_ALL,
              first.ingress ? path + ".ingress" : path + ".egress",
              "leaves "
                  + text(whom.all.firstKey(), whom.all.size())
                  + (first.ingress ? " without anything coming in" : " without anything going out")
                  + ": no rule of any policy allows some"));
    }
  }

  /** {@code the pods with app=web in shop and 2 other identities}. */
  private String text(int number, int count) {
    String first = SubjectWords.of(identities.labels(number));
    int more = count - 1;
    return more == 0
        ? first
        : first + " and " + more + (more == 1 ? " other identity" : " other identities");
  }
}
