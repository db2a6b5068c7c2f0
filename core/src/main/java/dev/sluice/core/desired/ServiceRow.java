package dev.sluice.core.desired;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.List;

/**
 * What a node needs of Services. A frontend refers to a group: the backends of one port of one
 * Service in one family. Numbers are never used twice.
 */
public sealed interface ServiceRow extends DesiredRecord {

  /** What kind of address a frontend has. */
  enum Kind {
    CLUSTER_IP("ClusterIP"),
    NODE_PORT("NodePort"),
    LOAD_BALANCER("LoadBalancer"),
    EXTERNAL_IP("ExternalIPs");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** As lists of Services show it. */
    public String text() {
      return text;
    }
  }

  /**
   * An address and port that clients dial.
   *
   * @param id of the frontend
   * @param namespace of the Service, with {@code name}
   * @param portName empty when the Service has only one port
   * @param address unspecified (0.0.0.0 or ::) for a node port: every address of every node
   * @param protocol IP protocol number
   * @param group whose backends it leads to
   * @param local of traffic that the Service's traffic policy speaks of, only backends of the node
   *     it came to are used
   * @param affinitySeconds how long a client keeps its backend; 0: not at all
   * @param sourceRanges who may use it; empty: everybody
   * @param healthCheckNodePort where a load balancer asks whether a node has backends; 0 for none
   */
  record Frontend(
      int id,
      String namespace,
      String name,
      String portName,
      Kind kind,
      IpAddress address,
      int port,
      int protocol,
      int group,
      boolean local,
      int affinitySeconds,
      List<Prefix> sourceRanges,
      int healthCheckNodePort)
      implements ServiceRow {
    public Frontend {
      sourceRanges = List.copyOf(sourceRanges);
    }

    @Override
    public String key() {
      return "service/frontend/" + address + "/" + port + "/" + protocol;
    }

    /** {@code namespace/name} of the Service. */
    public String service() {
      return namespace + "/" + name;
    }
  }

  /**
   * Where a group's traffic may go.
   *
   * @param ready false: it is terminating, and gets new connections only when nothing else serves
   * @param node it runs on; empty when unknown
   * @param zones it is meant for; empty: every zone
   * @param nodes it is meant for; empty: every node
   */
  record Backend(
      int group,
      IpAddress address,
      int port,
      boolean ready,
      String node,
      List<String> zones,
      List<String> nodes)
      implements ServiceRow {
    public Backend {
      zones = List.copyOf(zones);
      nodes = List.copyOf(nodes);
    }

    @Override
    public String key() {
      return "service/backend/" + group + "/" + address + "/" + port;
    }
  }

  /**
   * A node, as far as the choice of backends asks for it.
   *
   * @param zone label {@code topology.kubernetes.io/zone}; empty when it has none
   */
  record Node(String name, String zone) implements ServiceRow {
    @Override
    public String key() {
      return "service/node/" + name;
    }
  }
}
