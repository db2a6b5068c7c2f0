package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.List;

/** What identity-stream derives: one value of topic identities, endpoints or addresses. */
public sealed interface ClusterRecord {

  /** The record's key in its topic. */
  String key();

  /** A number for one label set. Reserved ones have Cilium's numbers; pods' start at 256. */
  record Identity(int number, LabelSet labels) implements ClusterRecord {
    @Override
    public String key() {
      return labels.canonical();
    }
  }

  /**
   * One pod's network endpoint.
   *
   * @param id unique in the cluster, never reused within the history window
   */
  record Endpoint(
      long id,
      String namespace,
      String pod,
      String uid,
      String node,
      List<IpAddress> addresses,
      int identity,
      LabelSet labels,
      String workloadKind,
      String workload,
      List<NamedPort> namedPorts)
      implements ClusterRecord {
    @Override
    public String key() {
      return namespace + "/" + pod;
    }
  }

  /** A named container port. {@code protocol} is TCP, UDP or SCTP. */
  record NamedPort(String name, int port, String protocol) {}

  /**
   * The identity of an address or prefix.
   *
   * @param node owner; empty outside the cluster
   * @param nodeAddresses the owner's underlay addresses
   * @param endpoint 0 when the address is not a pod's
   */
  record Address(
      Prefix prefix,
      int identity,
      String node,
      List<IpAddress> nodeAddresses,
      long endpoint,
      String namespace,
      String pod)
      implements ClusterRecord {
    @Override
    public String key() {
      return prefix.toString();
    }
  }
}
