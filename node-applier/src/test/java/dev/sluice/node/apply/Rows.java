package dev.sluice.node.apply;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.schemas.convert.Row;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of topic desired for tests: pods on node-1 and node-2, and what they may do. */
public final class Rows {
  private Rows() {}

  public static Row<DesiredRecord> mark(long position) {
    return new Row.Marked<>(position, 1_000 + position, "hash-" + position);
  }

  /** Nothing is enforced for this identity. */
  public static Row<DesiredRecord> open(long position, int identity) {
    return policy(position, identity, new DirectionPolicy(false, List.of(), List.of()));
  }

  /** Ingress is enforced; anybody may come in on a TCP port. */
  public static Row<DesiredRecord> enforced(long position, int identity, int port) {
    return enforced(position, identity, "", port);
  }

  /**
   * Ingress is enforced; whom the selector with an id selects may come in on TCP ports; an empty id
   * is anybody.
   */
  public static Row<DesiredRecord> enforced(
      long position, int identity, String selector, int... ports) {
    List<CompiledRule> rules =
        IntStream.of(ports)
            .mapToObj(
                port ->
                    new CompiledRule(
                        selector,
                        6,
                        port,
                        port,
                        RuleVerdict.ALLOW,
                        Precedence.of(TrafficRule.Tier.NORMAL, 0),
                        "",
                        List.of("CiliumNetworkPolicy/shop/p#spec.ingress[0].toPorts[0]")))
            .toList();
    return policy(
        position,
        identity,
        new DirectionPolicy(true, List.of("CiliumNetworkPolicy/shop/p"), rules));
  }

  /** Egress is enforced; the pods may go to a TCP port of whom the selector with an id selects. */
  public static Row<DesiredRecord> egress(long position, int identity, String selector, int port) {
    CompiledRule rule =
        new CompiledRule(
            selector,
            6,
            port,
            port,
            RuleVerdict.ALLOW,
            Precedence.of(TrafficRule.Tier.NORMAL, 0),
            "",
            List.of("CiliumNetworkPolicy/shop/p#spec.egress[0].toPorts[0]"));
    DesiredRecord.SubjectPolicy policy =
        new DesiredRecord.SubjectPolicy(
            identity,
            LabelSet.of(Label.k8s("app", "app-" + identity)),
            1_000 + position,
            "leaf-" + identity,
            new DirectionPolicy(false, List.of(), List.of()),
            new DirectionPolicy(true, List.of("CiliumNetworkPolicy/shop/p"), List.of(rule)));
    return upsert(position, policy);
  }

  /** A selector that rules use; of names when its text says so. */
  public static Row<DesiredRecord> selector(long position, String id, String text) {
    return upsert(position, new DesiredRecord.Selector(id, text, List.of()));
  }

  /** How many entries one identity may have in the policy map. */
  public static Row<DesiredRecord> room(long position, int entries) {
    return upsert(
        position,
        new DesiredRecord.Settings(
            new ClusterSettings(EnforcementMode.DEFAULT, entries, "", List.of())));
  }

  /** A selector selects an identity. */
  public static Row<DesiredRecord> member(long position, String selector, int identity) {
    return upsert(position, new DesiredRecord.Member(selector, identity));
  }

  private static Row<DesiredRecord> policy(long position, int identity, DirectionPolicy ingress) {
    DesiredRecord.SubjectPolicy policy =
        new DesiredRecord.SubjectPolicy(
            identity,
            LabelSet.of(Label.k8s("app", "app-" + identity)),
            1_000 + position,
            "leaf-" + identity + ingress.hashCode(),
            ingress,
            new DirectionPolicy(false, List.of(), List.of()));
    return upsert(position, policy);
  }

  /** A pod of node-1 with this address. */
  public static Row<DesiredRecord> pod(
      long position, String ip, int identity, long endpoint, String pod) {
    return address(position, ip, identity, "node-1", endpoint, pod);
  }

  /** Any address. */
  public static Row<DesiredRecord> address(
      long position, String prefix, int identity, String node, long endpoint, String pod) {
    String number = node.isEmpty() ? "" : node.substring(5);
    return upsert(
        position,
        new DesiredRecord.DesiredAddress(
            new ClusterRecord.Address(
                Prefix.parse(prefix),
                identity,
                node,
                node.isEmpty()
                    ? List.of()
                    : List.of(
                        IpAddress.parse("172.31.0." + number),
                        IpAddress.parse("fd00:31::" + number)),
                endpoint,
                pod.isEmpty() ? "" : "shop",
                pod,
                false,
                0,
                endpoint == 0 ? "" : "Deployment",
                endpoint == 0 ? "" : "shop")));
  }

  public static Row<DesiredRecord> gone(long position, String ip) {
    return new Row.Changed<>(
        position, Change.remove(DesiredRecord.DesiredAddress.class, "address/" + Prefix.parse(ip)));
  }

  public static Row<DesiredRecord> goneSubject(long position, int identity) {
    return new Row.Changed<>(
        position, Change.remove(DesiredRecord.SubjectPolicy.class, "policy/" + identity));
  }

  /** Of a Service. */
  public static Row<DesiredRecord> service(long position, ServiceRow row) {
    return upsert(position, row);
  }

  private static Row<DesiredRecord> upsert(long position, DesiredRecord record) {
    return new Row.Changed<>(position, Change.upsert(record.getClass(), record.key(), record));
  }
}
