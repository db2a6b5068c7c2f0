package dev.sluice.core.oracle;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a verdict depends on, as the objects say it. A value; any thread.
 *
 * @param namespaces labels of each namespace, by its name
 * @param pods those that have a network of their own and an address
 * @param nodes of the cluster
 * @param services of the cluster
 * @param groups CiliumCIDRGroups
 * @param apiServers addresses of the API server
 * @param learnt what DNS has said; an address may be there under several names
 * @param policies accepted ones, of every kind
 */
public record World(
    Settings settings,
    Map<String, Map<String, String>> namespaces,
    List<Pod> pods,
    List<Node> nodes,
    List<Service> services,
    List<CidrGroup> groups,
    List<IpAddress> apiServers,
    List<Learnt> learnt,
    List<Policy> policies) {

  /** What a node can look into. A rule whose mechanism is missing allows nothing. */
  public enum Mechanism {
    HTTP,
    /** Questions over UDP and TCP. */
    DNS,
    /** Questions over SCTP, which nobody asks. */
    DNS_SCTP,
    KAFKA,
    SERVER_NAMES
  }

  /**
   * @param cluster the cluster's name, a label of every pod
   * @param enforcement whose word counts
   * @param mechanisms that the nodes have
   */
  public record Settings(String cluster, EnforcementMode enforcement, Set<Mechanism> mechanisms) {
    /** The language as it stands: every mechanism there, mode default, cluster {@code default}. */
    public static final Settings DEFAULT =
        new Settings("default", EnforcementMode.DEFAULT, Set.of(Mechanism.values()));
  }

  /**
   * @param labels the object's own
   * @param audit whether what would be dropped for it passes with the verdict AUDIT
   */
  public record Pod(
      String namespace,
      String name,
      Map<String, String> labels,
      String serviceAccount,
      String node,
      List<IpAddress> addresses,
      List<NamedPort> namedPorts,
      boolean audit) {}

  /**
   * A container port with a name.
   *
   * @param protocol IP protocol number
   */
  public record NamedPort(String name, int port, int protocol) {}

  /**
   * @param addresses its own: of the underlay, and of the gateways of its pods
   * @param podCidrs where its pods' addresses come from
   */
  public record Node(String name, List<IpAddress> addresses, List<Prefix> podCidrs) {}

  /**
   * @param selector of pods of its namespace; empty for a Service without one
   * @param endpoints addresses of its EndpointSlices; read only when the selector is empty
   */
  public record Service(
      String namespace,
      String name,
      Map<String, String> labels,
      Map<String, String> selector,
      List<IpAddress> endpoints) {}

  /** One CiliumCIDRGroup. */
  public record CidrGroup(String name, Map<String, String> labels, List<Prefix> prefixes) {}

  /** DNS gave the address for the name. */
  public record Learnt(String name, IpAddress address) {}
}
