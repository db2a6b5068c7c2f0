package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Allow rules of which nothing is left, since a rule that denies at least as much stands before
 * them for every endpoint of the policy. Kept as subjects are compiled: a subject without a deny
 * costs nothing but its being counted.
 */
final class UnreachableCheck implements SubjectCheck {
  /**
   * What was noted of a subject in use under one part of a policy.
   *
   * @param denied what denies it all of a rule, by the rule's place among the part's
   */
  private record Noted(PolicyPart part, SortedMap<Integer, CompiledRule> denied) {}

  /** What the subjects in use of one part of a policy add up to. */
  private static final class Sum {
    private int subjects;

    /** The subjects to which each rule is denied whole, with what denies it. */
    private final TreeMap<Integer, TreeMap<Integer, CompiledRule>> denied = new TreeMap<>();

    private List<Finding> told = List.of();
  }

  private final SelectorTable<String> peers;
  private final Work work;
  private final Map<Integer, List<Noted>> noted = new HashMap<>();
  private final Map<PolicyPart, Sum> sums = new IdentityHashMap<>();
  private final Map<String, CompiledPolicy> policies;

  /**
   * @param policies in force, by their texts; a view
   */
  UnreachableCheck(Map<String, CompiledPolicy> policies, SelectorTable<String> peers, Work work) {
    this.policies = policies;
    this.peers = peers;
    this.work = work;
  }

  @Override
  public Set<String> note(int number, Subject subject, SubjectPolicy row) {
    List<Noted> now = row == null ? List.of() : look(subject, row);
    List<Noted> before = row == null ? noted.remove(number) : noted.put(number, now);
    Set<PolicyPart> touched = Collections.newSetFromMap(new IdentityHashMap<>());
    if (before != null) {
      for (Noted one : before) {
        Sum sum = sums.get(one.part);
        sum.subjects--;
        one.denied.keySet().forEach(place -> withdraw(sum, place, number));
        touched.add(one.part);
      }
    }
    for (Noted one : now) {
      Sum sum = sums.computeIfAbsent(one.part, unused -> new Sum());
      sum.subjects++;
      one.denied.forEach(
          (place, deny) ->
              sum.denied.computeIfAbsent(place, unused -> new TreeMap<>()).put(number, deny));
      touched.add(one.part);
    }
    Set<String> policies = new TreeSet<>();
    for (PolicyPart part : touched) {
      Sum sum = sums.get(part);
      List<Finding> told = findings(part, sum);
      if (!told.equals(sum.told)) {
        sum.told = told;
        policies.add(part.policy());
      }
      if (sum.subjects == 0) {
        sums.remove(part);
      }
    }
    return policies;
  }

  private static void withdraw(Sum sum, int place, int number) {
    TreeMap<Integer, CompiledRule> left = sum.denied.get(place);
    left.remove(number);
    if (left.isEmpty()) {
      sum.denied.remove(place);
    }
  }

  private List<Noted> look(Subject subject, SubjectPolicy row) {
    List<CompiledRule> ingress = denies(row.ingress());
    List<CompiledRule> egress = denies(row.egress());
    List<Noted> all = new ArrayList<>();
    for (PolicyPart part : subject.parts()) {
      TreeMap<Integer, CompiledRule> denied = new TreeMap<>();
      int first = part.ingress().rules().size();
      look(part.ingress().rules(), ingress, 0, denied);
      look(part.egress().rules(), egress, first, denied);
      all.add(new Noted(part, denied));
    }
    return all;
  }

  private void look(
      List<PolicyPart.Contribution> rules,
      List<CompiledRule> denies,
      int place,
      Map<Integer, CompiledRule> denied) {
    if (denies.isEmpty()) {
      return;
    }
    int at = place;
    for (PolicyPart.Contribution rule : rules) {
      RuleKey key = rule.rule();
      if (key.verdict() == RuleVerdict.ALLOW || key.verdict() == RuleVerdict.REDIRECT) {
        work.add(denies.size());
        for (CompiledRule deny : denies) {
          if (covers(deny, key)) {
            denied.put(at, deny);
            break;
          }
        }
      }
      at++;
    }
  }

  private static PolicyPart.Contribution rule(PolicyPart part, int place) {
    List<PolicyPart.Contribution> ingress = part.ingress().rules();
    return place < ingress.size()
        ? ingress.get(place)
        : part.egress().rules().get(place - ingress.size());
  }

  /** Of rules that are denied to every subject; the deny named is the first subject's. */
  private List<Finding> findings(PolicyPart part, Sum sum) {
    List<Finding> findings = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    sum.denied.forEach(
        (place, subjects) -> {
          if (subjects.size() < sum.subjects) {
            return;
          }
          String origin = rule(part, place).origin();
          String path = origin.substring(origin.indexOf('#') + 1);
          CompiledRule deny = subjects.firstEntry().getValue();
          if (paths.add(path)) {
            findings.add(
                PolicyCheck.warning(
                    PolicyWarnings.ALLOW_UNREACHABLE,
                    path,
                    "allows nothing: "
                        + deny.origins().getFirst().replace("#", " ")
                        + " denies all of it"));
          }
        });
    return findings;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyPart part : policies.get(policy.key().toString()).parts()) {
      Sum sum = sums.get(part);
      if (sum != null) {
        told.addAll(sum.told);
      }
    }
  }

  private static List<CompiledRule> denies(DirectionPolicy direction) {
    return direction.rules().stream()
        .filter(rule -> rule.verdict() == RuleVerdict.DENY && !rule.audited())
        .toList();
  }

  private boolean covers(CompiledRule deny, RuleKey allow) {
    boolean named = !deny.portName().isEmpty();
    boolean ports =
        named
            ? deny.portName().equals(allow.portName())
            : deny.portFirst() <= allow.portFirst() && deny.portLast() >= allow.portLast();
    return deny.precedence() >= allow.precedence()
        && (deny.protocol() == 0 || deny.protocol() == allow.protocol())
        && ports
        && selects(deny.selector(), allow.selector());
  }

  /** Whether one selector, by what it asks for, selects everybody that the other does. */
  private boolean selects(String wider, String narrower) {
    if (wider.isEmpty() || wider.equals(narrower)) {
      return true;
    }
    if (narrower.isEmpty()) {
      return false;
    }
    LabelSelector wide = peers.get(wider).selector();
    LabelSelector narrow = peers.get(narrower).selector();
    return narrow.requirements().containsAll(wide.requirements());
  }
}
