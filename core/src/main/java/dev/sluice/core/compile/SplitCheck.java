package dev.sluice.core.compile;

import dev.sluice.core.compile.Workloads.Workload;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Selectors that select only some pods of a workload, whose labels were meant to be alike: a slip
 * of the pen in one of them makes another identity. Kept as pods come and go, for each selector: an
 * identity that a workload gets or loses costs the selectors that select it or its neighbour.
 */
final class SplitCheck implements PolicyCheck {
  /** Values of labels that differ by more edits than this were not meant to be alike. */
  private static final int TYPO = 2;

  /** Pods without an owner that have more label sets than this were not meant to be alike. */
  static final int MOST_LABEL_SETS = 8;

  /** Identities of a workload that are looked at for one inside and one outside. */
  private static final int LOOKED_AT = 64;

  /**
   * One identity of a workload that is selected and one that is not; 0 for one that was not found
   * among the first.
   */
  private record Split(int inside, int outside) {}

  private final IdentityIndex identities;
  private final Workloads workloads;
  private final List<SelectorTable<?>> tables;
  private final Work work;

  /**
   * @param tables of selectors in use
   */
  SplitCheck(
      IdentityIndex identities, Workloads workloads, List<SelectorTable<?>> tables, Work work) {
    this.identities = identities;
    this.workloads = workloads;
    this.tables = tables;
    this.work = work;
  }

  /**
   * Counts a pod of a workload, and notes the policies about which there may be something else to
   * tell.
   */
  void count(Workload workload, int identity, int more, Touched touched) {
    if (!workloads.turns(workload, identity, more)) {
      workloads.count(workload, identity, more);
      return;
    }
    Map<SelectorTable.Entry<?>, Optional<Split>> before = new HashMap<>();
    for (int each : neighbours(workload, identity)) {
      for (SelectorTable.Entry<?> entry : selecting(each)) {
        before.computeIfAbsent(entry, e -> split(e, workload));
      }
    }
    workloads.count(workload, identity, more);
    for (SelectorTable.Entry<?> entry : selecting(identity)) {
      entry.selected().count(workload, more > 0 ? 1 : -1);
    }
    before.forEach(
        (entry, was) -> {
          Optional<Split> is = split(entry, workload);
          note(entry, workload, is);
          if (!is.equals(was)) {
            touched.warnings(entry.policies());
          }
        });
  }

  /** The labels of an identity became known, or cease to be, while pods have it. */
  void identity(int number, boolean known) {
    for (Workload workload : workloads.having(number)) {
      for (SelectorTable.Entry<?> entry : selecting(number)) {
        entry.selected().count(workload, known ? 1 : -1);
        note(entry, workload, split(entry, workload));
      }
    }
  }

  /** A selector came into use. */
  void use(SelectorTable.Entry<?> entry, List<Integer> selected) {
    TreeSet<Workload> touched = new TreeSet<>();
    for (int number : selected) {
      for (Workload workload : workloads.having(number)) {
        entry.selected().count(workload, 1);
        touched.add(workload);
      }
    }
    touched.forEach(workload -> note(entry, workload, split(entry, workload)));
  }

  private static void note(SelectorTable.Entry<?> entry, Workload workload, Optional<Split> split) {
    if (split.isPresent()) {
      entry.selected().partly().add(workload);
    } else {
      entry.selected().partly().remove(workload);
    }
  }

  /**
   * The identities by which every selector is found for which the workload may be split otherwise
   * when the identity comes or goes. A selector that selected all others selects the first of them.
   */
  private Collection<Integer> neighbours(Workload workload, int identity) {
    TreeSet<Integer> neighbours = new TreeSet<>(List.of(identity));
    Collection<Integer> all = workloads.identities(workload);
    if (workload.isOwned()) {
      all.stream().filter(other -> other != identity).findFirst().ifPresent(neighbours::add);
    } else if (all.size() <= MOST_LABEL_SETS + 1) {
      neighbours.addAll(all);
    }
    return neighbours;
  }

  private Collection<SelectorTable.Entry<?>> selecting(int number) {
    LabelSet labels = identities.labels(number);
    List<SelectorTable.Entry<?>> entries = new ArrayList<>();
    if (labels != null) {
      tables.forEach(table -> entries.addAll(table.selectingInStep(labels)));
    }
    return entries;
  }

  /** Whether only some of a workload's identities are selected that were meant to be alike. */
  private Optional<Split> split(SelectorTable.Entry<?> entry, Workload workload) {
    Collection<Integer> all = workloads.identities(workload);
    int count = entry.selected().of(workload);
    if (count == 0 || count >= all.size() || !workload.isOwned() && all.size() > MOST_LABEL_SETS) {
      return Optional.empty();
    }
    int inside = 0;
    int outside = 0;
    int left = LOOKED_AT;
    for (int number : all) {
      if (left-- == 0) {
        return Optional.of(new Split(inside, outside));
      }
      work.add(1);
      LabelSet labels = identities.labels(number);
      if (labels == null) {
        continue;
      }
      if (entry.selector().matches(labels)) {
        inside = inside == 0 ? number : inside;
      } else {
        outside = outside == 0 ? number : outside;
      }
      if (inside != 0 && outside != 0) {
        return workload.isOwned() || isTypo(without(inside, outside), without(outside, inside))
            ? Optional.of(new Split(inside, outside))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      split(rule.subject(), PolicyCheck.subjectPath(policy, rule), told);
      Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream())
          .forEach(traffic -> peers(traffic, told));
    }
  }

  private void peers(TrafficRule rule, List<Finding> told) {
    if (rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers)) {
      for (TrafficRule.Peer peer : peers) {
        if (peer instanceof TrafficRule.Peer.Endpoints(String path, LabelSelector selector)) {
          split(selector, path, told);
        }
      }
    }
  }

  private void split(LabelSelector selector, String path, List<Finding> told) {
    SelectorTable.Entry<?> entry = entry(selector);
    for (Workload workload : entry.selected().partly()) {
      split(entry, workload)
          .map(split -> message(workload, entry.selected().of(workload), split))
          .ifPresent(
              message ->
                  told.add(PolicyCheck.warning(PolicyWarnings.SPLIT_WORKLOAD, path, message)));
    }
  }

  private SelectorTable.Entry<?> entry(LabelSelector selector) {
    for (SelectorTable<?> table : tables) {
      SelectorTable.Entry<?> entry = table.get(selector.id());
      if (entry != null) {
        return entry;
      }
    }
    throw new IllegalStateException("not in use: " + selector);
  }

  private String message(Workload workload, int count, Split split) {
    if (split.inside == 0 || split.outside == 0) {
      return "selects only some of %s: %d of the %d label sets that its pods have"
          .formatted(workload, count, workloads.identities(workload).size());
    }
    return "selects only some of "
        + workload
        + ": identity "
        + split.inside
        + " has "
        + WorkloadCheck.words(identities.labels(split.inside), identities.labels(split.outside))
        + " and is selected, identity "
        + split.outside
        + " has "
        + WorkloadCheck.words(identities.labels(split.outside), identities.labels(split.inside))
        + " and is not";
  }

  /** The labels that one identity has and the other has not. */
  private List<Label> without(int having, int lacking) {
    List<Label> labels = new ArrayList<>(identities.labels(having).labels());
    labels.removeAll(identities.labels(lacking).labels());
    return labels;
  }

  private static boolean isTypo(List<Label> selected, List<Label> left) {
    return selected.size() == 1
        && left.size() == 1
        && Nearest.edits(selected.getFirst().toString(), left.getFirst().toString()) <= TYPO
        && hasLetters(selected.getFirst(), left.getFirst());
  }

  /** Numbers count things, so that two of them are near without being a slip of the pen. */
  private static boolean hasLetters(Label one, Label other) {
    return !one.toString()
        .replaceAll("[0-9]+", "#")
        .equals(other.toString().replaceAll("[0-9]+", "#"));
  }
}
