package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.TrafficRule;
import java.util.List;

/** Values of topic desired, written shortly. */
final class DesiredWorld {
  /** Where the policies of namespaces stand. */
  static final int NORMAL = Precedence.of(TrafficRule.Tier.NORMAL, 0);

  static final DirectionPolicy OPEN = new DirectionPolicy(false, List.of(), List.of());

  private DesiredWorld() {}

  static Change<DesiredRecord> put(DesiredRecord record) {
    return Change.upsert(record.getClass(), record.key(), record);
  }

  static Change<DesiredRecord> remove(DesiredRecord record) {
    return Change.remove(record.getClass(), record.key());
  }

  static DesiredRecord.SubjectPolicy policy(
      int identity, DirectionPolicy ingress, DirectionPolicy egress) {
    LabelSet labels = LabelSet.of(Label.k8s("app", "app-" + identity));
    return new DesiredRecord.SubjectPolicy(identity, labels, 1, "", ingress, egress);
  }

  static DirectionPolicy enforced(CompiledRule... rules) {
    return new DirectionPolicy(true, List.of("CiliumNetworkPolicy/shop/deny"), List.of(rules));
  }

  static DirectionPolicy unenforced(CompiledRule... rules) {
    return new DirectionPolicy(false, List.of(), List.of(rules));
  }

  static CompiledRule allow(String selector, int protocol, int first, int last) {
    return rule(selector, protocol, first, last, RuleVerdict.ALLOW, NORMAL);
  }

  static CompiledRule deny(String selector, int protocol, int first, int last) {
    return rule(selector, protocol, first, last, RuleVerdict.DENY, NORMAL);
  }

  static CompiledRule rule(
      String selector, int protocol, int first, int last, RuleVerdict verdict, int precedence) {
    String origin =
        "CiliumNetworkPolicy/shop/"
            + verdict
            + "#"
            + selector
            + protocol
            + "/"
            + first
            + precedence;
    return new CompiledRule(
        selector, protocol, first, last, verdict, precedence, "", List.of(origin));
  }

  static DesiredRecord.Member member(String selector, int identity) {
    return new DesiredRecord.Member(selector, identity);
  }

  static DesiredRecord.DesiredAddress address(String prefix, int identity, int node) {
    List<IpAddress> underlay =
        node == 0
            ? List.of()
            : List.of(IpAddress.parse("fd00:31::" + node), IpAddress.parse("172.31.0." + node));
    return new DesiredRecord.DesiredAddress(
        new ClusterRecord.Address(
            Prefix.parse(prefix), identity, node == 0 ? "" : "node-" + node, underlay, 0, "", ""));
  }
}
