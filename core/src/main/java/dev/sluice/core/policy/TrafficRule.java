package dev.sluice.core.policy;

import dev.sluice.core.net.Prefix;
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
    /** What Sluice itself needs; no policy that somebody writes stands here. */
    SYSTEM,
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

    /**
     * Addresses.
     *
     * @param except prefixes inside {@code prefix} that it does not mean, sorted
     */
    record Cidr(String path, Prefix prefix, List<Prefix> except, Reach reach) implements Peer {}

    /**
     * The addresses of one CiliumCIDRGroup.
     *
     * @param except prefixes subtracted from every member of the group, sorted
     */
    record CidrGroup(String path, String group, List<Prefix> except) implements Peer {}

    /** The addresses of every CiliumCIDRGroup whose labels the selector selects. */
    record CidrGroups(String path, LabelSelector selector, List<Prefix> except) implements Peer {}

    /** Addresses that DNS gave for a name. Egress only. */
    record Fqdn(String path, FqdnSelector selector) implements Peer {}

    /** The backends of one Service. Egress only. */
    record Service(String path, String namespace, String name) implements Peer {}

    /**
     * The backends of every Service whose labels the selector selects. Egress only.
     *
     * @param namespace empty for every namespace
     */
    record Services(String path, String namespace, LabelSelector selector) implements Peer {}
  }

  /** Whom a prefix may mean. */
  public enum Reach {
    /** Addresses outside the cluster alone, as in Cilium's own objects. */
    WORLD,
    /** Every address, a pod's and a node's too, as in the objects of Kubernetes. */
    EVERYONE
  }

  /**
   * Ports of one protocol.
   *
   * @param path {@code spec.ingress[0].toPorts[0].ports[0]}, or the path of an ICMP field
   * @param l7 what the traffic must say to be allowed
   */
  public record PortRule(String path, PortProtocol protocol, Ports ports, L7Rules l7) {}

  /** Which ports of the destination. */
  public sealed interface Ports {
    /** Inclusive; 0..65535 is every port. For ICMP the numbers are types, both the same. */
    record Range(int first, int last) implements Ports {
      public static final Range EVERY = new Range(0, 65535);
    }

    /** The container port with this name, on whichever pod is the destination. */
    record Named(String name) implements Ports {}
  }
}
