package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.List;
import java.util.stream.Stream;

/** Selectors that select nobody, and namespaces that do not exist. */
final class SelectorCheck implements PolicyCheck {
  private final Compilation compilation;
  private final Namespaces namespaces;
  private final NearestLabels nearest;

  SelectorCheck(Compilation compilation) {
    this.compilation = compilation;
    this.namespaces = compilation.namespaces();
    this.nearest = new NearestLabels(compilation.used());
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      if (!compilation.selected(rule.subject().id()).isLive()) {
        told.add(
            PolicyCheck.warning(
                PolicyWarnings.SELECTS_NOTHING,
                PolicyCheck.subjectPath(policy, rule),
                "selects no endpoint: " + nearest.reason(rule.subject(), elsewhere(policy, true))));
      }
      Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream())
          .forEach(traffic -> peers(policy, traffic, told));
    }
  }

  /** What to write to mean pods of another namespace, with %s for its name. */
  private static String elsewhere(Policy policy, boolean subject) {
    if (subject && !policy.key().namespace().isEmpty()) {
      return "put the policy there";
    }
    return policy.key().kind().equals(PolicyKind.NETWORK_POLICY.text())
        ? "add namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}"
        : "add " + Label.K8S + ":" + LabelSelector.POD_NAMESPACE + ": %s";
  }

  private void peers(Policy policy, TrafficRule rule, List<Finding> told) {
    if (!(rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers))) {
      return;
    }
    for (TrafficRule.Peer peer : peers) {
      if (peer instanceof TrafficRule.Peer.Endpoints(String path, LabelSelector selector)) {
        String namespace = Namespaces.only(selector);
        if (!namespace.isEmpty()
            && !namespace.equals(policy.key().namespace())
            && !namespaces.has(namespace)) {
          told.add(PolicyCheck.warning(PolicyWarnings.NO_NAMESPACE, path, missing(namespace)));
        } else if (!compilation.selected(selector.id()).isLive()) {
          told.add(
              PolicyCheck.warning(
                  PolicyWarnings.PEER_MATCHES_NOTHING,
                  path,
                  "matches no endpoint: " + nearest.reason(selector, elsewhere(policy, false))));
        }
      }
    }
  }

  private String missing(String namespace) {
    return "the namespace "
        + namespace
        + " does not exist"
        + Nearest.among(namespace, namespaces.names())
            .map(
                match ->
                    "; there is %s, %d edit%s away"
                        .formatted(match.word(), match.edits(), match.edits() == 1 ? "" : "s"))
            .orElse("");
  }
}
