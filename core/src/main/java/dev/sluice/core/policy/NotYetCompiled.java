package dev.sluice.core.policy;

import java.util.List;

/**
 * Members of the language that are read and that package compile does not take yet: an object that
 * uses one is refused. Whoever teaches {@code CompiledPolicy} a member takes its line out here; the
 * class goes with the last.
 */
final class NotYetCompiled {
  private NotYetCompiled() {}

  static void check(Policy policy, Reading reading) {
    if (policy.audit()) {
      later("audit mode", "metadata.annotations", reading);
    }
    for (PolicyRule rule : policy.rules()) {
      for (PolicyRule.Direction direction : List.of(rule.ingress(), rule.egress())) {
        direction.rules().forEach(one -> check(one, reading));
      }
    }
  }

  private static void check(TrafficRule rule, Reading reading) {
    for (TrafficRule.PortRule port : rule.ports()) {
      check(port, reading);
    }
    if (rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers)) {
      peers.forEach(peer -> check(peer, reading));
    }
  }

  private static void check(TrafficRule.PortRule port, Reading reading) {
    if (port.l7() != L7Rules.NONE) {
      later("layer 7", port.path(), reading);
    }
    if (!port.protocol().hasPorts()) {
      later("ICMP", port.path(), reading);
    }
  }

  private static void check(TrafficRule.Peer peer, Reading reading) {
    switch (peer) {
      case TrafficRule.Peer.Endpoints ready -> {}
      case TrafficRule.Peer.Named ready -> {}
      case TrafficRule.Peer.Cidr one -> later("a prefix", one.path(), reading);
      case TrafficRule.Peer.CidrGroup one -> later("a CIDR group", one.path(), reading);
      case TrafficRule.Peer.CidrGroups one -> later("a CIDR group", one.path(), reading);
      case TrafficRule.Peer.Fqdn one -> later("a DNS name", one.path(), reading);
      case TrafficRule.Peer.Service one -> later("a Service", one.path(), reading);
      case TrafficRule.Peer.Services one -> later("a Service", one.path(), reading);
    }
  }

  private static void later(String what, String path, Reading reading) {
    reading.refuse(
        "unsupported-field",
        path,
        what
            + " is not enforced by this version: take it out, until then the whole object is"
            + " refused");
  }
}
