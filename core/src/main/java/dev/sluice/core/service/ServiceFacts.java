package dev.sluice.core.service;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What load balancing and policy need of a Service. Two versions that differ in nothing here are
 * the same to the network.
 *
 * @param labels the Service's own, by which toServices selects it
 * @param selector of its pods; empty for a Service whose EndpointSlices somebody else writes
 * @param clusterIps empty when headless or ExternalName
 * @param families of its node ports, IPv6 when true; at most one of each
 * @param loadBalancerIps from status; those that a proxy in front answers for are left out
 * @param internalLocal traffic to cluster addresses goes to backends of the client's node alone
 * @param externalLocal traffic from outside goes to backends of the node it came to alone
 * @param affinitySeconds how long a client keeps its backend; 0: not at all
 * @param sourceRanges who may use the load balancer's addresses; empty: everybody
 * @param healthCheckNodePort 0 for none
 */
public record ServiceFacts(
    String namespace,
    String name,
    Type type,
    SortedMap<String, String> labels,
    SortedMap<String, String> selector,
    List<Port> ports,
    List<IpAddress> clusterIps,
    List<Boolean> families,
    List<IpAddress> externalIps,
    List<IpAddress> loadBalancerIps,
    boolean internalLocal,
    boolean externalLocal,
    int affinitySeconds,
    List<Prefix> sourceRanges,
    int healthCheckNodePort) {

  /** {@code spec.type}. */
  public enum Type {
    CLUSTER_IP,
    NODE_PORT,
    LOAD_BALANCER,
    EXTERNAL_NAME
  }

  /**
   * One port of a Service.
   *
   * @param name empty when the Service has only one
   * @param target {@code targetPort} as written: a number or the name of a container's port
   * @param nodePort 0 for none
   */
  public record Port(String name, L4 protocol, int port, String target, int nodePort) {
    /** The target as a number; 0 when it is a name. */
    public int targetNumber() {
      return target.chars().allMatch(Character::isDigit) ? Integer.parseInt(target) : 0;
    }
  }

  public ServiceFacts {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    selector = Collections.unmodifiableSortedMap(new TreeMap<>(selector));
    ports = List.copyOf(ports);
    clusterIps = List.copyOf(clusterIps);
    families = List.copyOf(families);
    externalIps = List.copyOf(externalIps);
    loadBalancerIps = List.copyOf(loadBalancerIps);
    sourceRanges = List.copyOf(sourceRanges);
  }

  /** {@code namespace/name}. */
  public String key() {
    return namespace + "/" + name;
  }

  /** Whether its pods are asked for directly: it has no address of its own. */
  public boolean headless() {
    return type != Type.EXTERNAL_NAME && clusterIps.isEmpty();
  }
}
