package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What is worth telling about a policy that is enforced as written. It changes nothing. */
final class PolicyWarnings {
  static final String SELECTS_NOTHING = "selects-nothing";
  static final String PEER_MATCHES_NOTHING = "peer-matches-nothing";
  static final String SPLIT_WORKLOAD = "split-workload";
  static final Set<String> CODES = Set.of(SELECTS_NOTHING, PEER_MATCHES_NOTHING, SPLIT_WORKLOAD);

  /** Values of labels that differ by more edits than this were not meant to be alike. */
  private static final int TYPO = 2;

  private final Compilation compilation;

  PolicyWarnings(Compilation compilation) {
    this.compilation = compilation;
  }

  List<Finding> of(Policy policy) {
    List<Finding> findings = new ArrayList<>();
    for (PolicyRule rule : policy.rules()) {
      String path = rule.path() + ".endpointSelector";
      if (compilation.subjectSelectors().get(rule.subject().id()).live() == 0) {
        findings.add(
            warning(SELECTS_NOTHING, path, "selects no endpoint" + reason(rule.subject())));
      } else {
        split(rule.subject(), path, findings);
      }
      Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream())
          .forEach(traffic -> peers(traffic, findings));
    }
    return findings;
  }

  private void peers(TrafficRule rule, List<Finding> findings) {
    if (!(rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers))) {
      return;
    }
    for (TrafficRule.Peer peer : peers) {
      if (peer instanceof TrafficRule.Peer.Endpoints(String path, LabelSelector selector)) {
        if (compilation.peers().get(selector.id()).live() == 0) {
          findings.add(
              warning(PEER_MATCHES_NOTHING, path, "matches no endpoint" + reason(selector)));
        } else {
          split(selector, path, findings);
        }
      }
    }
  }

  /** The first condition that nobody meets, with the nearest that somebody does. */
  private String reason(LabelSelector selector) {
    for (Requirement one : selector.requirements()) {
      if (one.operator() == Requirement.Operator.IN
          && one.values().stream()
              .noneMatch(compilation.identities().values(one.key())::contains)) {
        return ": nothing has " + one + nearest(one);
      }
      if (one.operator() == Requirement.Operator.EXISTS
          && compilation.identities().values(one.key()).isEmpty()) {
        return ": nothing has the label " + one + nearestKey(one);
      }
    }
    return ": nothing has all of " + selector.text() + " now";
  }

  private String nearest(Requirement one) {
    if (compilation.identities().values(one.key()).isEmpty()) {
      return nearestKey(one);
    }
    return Nearest.of(one.values().getFirst(), compilation.identities().values(one.key()))
        .map(match -> ", did you mean " + one.key() + "=" + match.word() + "?")
        .orElse("");
  }

  private String nearestKey(Requirement one) {
    return Nearest.of(one.key(), compilation.identities().keys())
        .map(match -> ", did you mean the label " + match.word() + "?")
        .orElse("");
  }

  private void split(LabelSelector selector, String path, List<Finding> findings) {
    TreeSet<Workloads.Workload> workloads = new TreeSet<>();
    for (int number : compilation.identities().select(selector)) {
      workloads.addAll(compilation.workloads().split(number));
    }
    for (Workloads.Workload workload : workloads) {
      partly(selector, workload)
          .ifPresent(message -> findings.add(warning(SPLIT_WORKLOAD, path, message)));
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

  private static Finding warning(String code, String path, String message) {
    return new Finding(Finding.Severity.WARNING, code, path, message);
  }
}
