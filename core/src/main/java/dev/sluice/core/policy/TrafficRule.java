package dev.sluice.core.policy;

import java.util.List;

/**
 * One entry of a direction's list: traffic with any of the peers, on any of the ports.
 *
 * @param path {@code spec.ingress[0]}
 * @param action what happens to the traffic
 * @param tier where it stands among the policies of the cluster
 * @param priority within the tier; the lower number decides first
 * @param peers the other side
 * @param ports of the destination; an empty list means every port and protocol
 */
public record TrafficRule(
    String path, Action action, Tier tier, int priority, Peers peers, List<PortRule> ports) {
  /** What a rule does with the traffic it describes. */
  public enum Action {
    ALLOW,
    DENY,
    /** Leaves the decision to the next tier. */
    PASS
  }

  /** Tiers decide in this order. Policies of a namespace stand in NORMAL. */
  public enum Tier {
    ADMIN,
    NORMAL,
    BASELINE
  }

  /** The other side of the traffic. */
  public sealed interface Peers {
    /** Whoever it is, also outside the cluster: the rule names ports only. */
    record Any() implements Peers {}

    /** Any of these; an empty list means nobody. */
    record AnyOf(List<Peer> peers) implements Peers {}
  }

  /** One member of a rule's list of peers. */
  public sealed interface Peer {
    /** {@code spec.ingress[0].fromEndpoints[0]}. */
    String path();

    /** Endpoints, by their labels. */
    record Endpoints(String path, LabelSelector selector) implements Peer {}

    /** A named group of identities. */
    record Named(String path, Entity entity) implements Peer {}
  }

  /**
   * Ports of one protocol.
   *
   * @param path {@code spec.ingress[0].toPorts[0].ports[0]}
   * @param first with {@code last}: inclusive; 0..65535 is every port
   */
  public record PortRule(String path, PortProtocol protocol, int first, int last) {}
}
