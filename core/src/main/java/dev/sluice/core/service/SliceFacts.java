package dev.sluice.core.service;

import dev.sluice.core.net.IpAddress;
import java.util.List;

/**
 * What load balancing and policy need of an EndpointSlice.
 *
 * @param service name of the Service it belongs to, in the same namespace; empty for none
 */
public record SliceFacts(
    String namespace, String name, String service, List<Port> ports, List<Endpoint> endpoints) {

  /** A port that every endpoint of the slice has; {@code name} is the Service port's. */
  public record Port(String name, L4 protocol, int port) {}

  /**
   * Where a Service's traffic may go.
   *
   * @param ready may get new connections
   * @param serving answers, also while terminating
   * @param node it runs on; empty when unknown
   * @param zones it is meant for; empty: every zone
   * @param nodes it is meant for; empty: every node
   * @param pod {@code namespace/name}; empty when it is no pod
   */
  public record Endpoint(
      IpAddress address,
      boolean ready,
      boolean serving,
      boolean terminating,
      String node,
      List<String> zones,
      List<String> nodes,
      String pod) {
    public Endpoint {
      zones = List.copyOf(zones);
      nodes = List.copyOf(nodes);
    }
  }

  public SliceFacts {
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
  }

  /** {@code namespace/service}. */
  public String serviceKey() {
    return namespace + "/" + service;
  }
}
