package dev.sluice.core.compile;

import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.policy.TrafficRule.Peer;
import java.util.List;
import java.util.stream.Stream;

/** Peers that are named by way of an object: a Service or a CiliumCIDRGroup that is not there. */
final class ObjectPeerCheck implements PolicyCheck {
  private final Compilation compilation;
  private final PeerSelectors selectors;

  ObjectPeerCheck(Compilation compilation, PeerSelectors selectors) {
    this.compilation = compilation;
    this.selectors = selectors;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream())
          .forEach(traffic -> check(traffic, told));
    }
  }

  private void check(TrafficRule rule, List<Finding> told) {
    if (!(rule.peers() instanceof TrafficRule.Peers.AnyOf(List<Peer> peers))) {
      return;
    }
    for (Peer peer : peers) {
      switch (peer) {
        case Peer.Service one ->
            services(peer, "Service " + one.namespace() + "/" + one.name(), told);
        case Peer.Services several ->
            services(peer, "Service with " + text(several.selector()), told);
        case Peer.CidrGroup one -> groups(peer, "CiliumCIDRGroup " + one.group(), told);
        case Peer.CidrGroups several ->
            groups(peer, "CiliumCIDRGroup with " + text(several.selector()), told);
        default -> {
          // Named by what it is.
        }
      }
    }
  }

  private void services(Peer peer, String words, List<Finding> told) {
    List<LabelSelector> backends = selectors.of(peer);
    if (backends.isEmpty()) {
      told.add(PolicyCheck.warning(PolicyWarnings.NO_SERVICE, peer.path(), "there is no " + words));
    } else if (backends.stream().noneMatch(this::meansSomebody)) {
      told.add(
          PolicyCheck.warning(
              PolicyWarnings.PEER_MATCHES_NOTHING,
              peer.path(),
              "no pod and no address is behind " + words));
    }
  }

  private void groups(Peer peer, String words, List<Finding> told) {
    if (selectors.of(peer).stream().noneMatch(this::meansSomebody)) {
      told.add(
          PolicyCheck.warning(
              PolicyWarnings.NO_GROUP,
              peer.path(),
              "there is no " + words + ", or it has no prefix: nobody is meant"));
    }
  }

  private boolean meansSomebody(LabelSelector selector) {
    SelectorTable.Entry<String> entry = compilation.peers().get(selector.id());
    return entry != null && entry.selected().isLive();
  }

  private static String text(LabelSelector selector) {
    return selector.text().isEmpty() ? "any label" : selector.text();
  }
}
