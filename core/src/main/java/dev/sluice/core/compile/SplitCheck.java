package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Selectors that select only some pods of a workload, whose labels were meant to be alike: a slip
 * of the pen in one of them makes another identity.
 */
final class SplitCheck implements PolicyCheck {
  /** Values of labels that differ by more edits than this were not meant to be alike. */
  private static final int TYPO = 2;

  private final Compilation compilation;

  SplitCheck(Compilation compilation) {
    this.compilation = compilation;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      split(rule.subject(), rule.path() + ".endpointSelector", told);
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
    TreeSet<Workloads.Workload> workloads = new TreeSet<>();
    for (int number : compilation.identities().select(selector)) {
      workloads.addAll(compilation.workloads().split(number));
    }
    for (Workloads.Workload workload : workloads) {
      partly(selector, workload)
          .ifPresent(
              message ->
                  told.add(PolicyCheck.warning(PolicyWarnings.SPLIT_WORKLOAD, path, message)));
    }
  }

  /** Says that the selector selects only some of a workload's pods; empty when it does not. */
  private Optional<String> partly(LabelSelector selector, Workloads.Workload workload) {
    int inside = 0;
    int outside = 0;
    for (int number : compilation.workloads().identities(workload)) {
      LabelSet labels = compilation.identities().labels(number);
      if (labels == null) {
        continue;
      }
      if (selector.matches(labels)) {
        inside = inside == 0 ? number : inside;
      } else {
        outside = outside == 0 ? number : outside;
      }
    }
    if (inside == 0 || outside == 0) {
      return Optional.empty();
    }
    List<Label> selected = without(inside, outside);
    List<Label> left = without(outside, inside);
    if (!workload.isOwned() && !isTypo(selected, left)) {
      return Optional.empty();
    }
    return Optional.of(
        "selects only some of "
            + workload
            + ": identity "
            + inside
            + " has "
            + text(selected)
            + " and is selected, identity "
            + outside
            + " has "
            + text(left)
            + " and is not");
  }

  /** The labels that one identity has and the other has not. */
  private List<Label> without(int having, int lacking) {
    List<Label> labels = new ArrayList<>(compilation.identities().labels(having).labels());
    labels.removeAll(compilation.identities().labels(lacking).labels());
    return labels;
  }

  private static String text(List<Label> labels) {
    return labels.isEmpty()
        ? "no label more"
        : String.join(", ", labels.stream().map(Label::toString).toList());
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
