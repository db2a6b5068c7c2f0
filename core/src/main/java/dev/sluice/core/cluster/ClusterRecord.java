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
   * @param audit whether what policies would drop for it passes and is told
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
      List<NamedPort> namedPorts,
      boolean audit)
      implements ClusterRecord {
    /** Not under audit. */
    public Endpoint(
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
        List<NamedPort> namedPorts) {
      this(
          id,
          namespace,
          pod,
          uid,
          node,
          addresses,
          identity,
          labels,
          workloadKind,
          workload,
          namedPorts,
          false);
    }

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
   * @param audit whether the endpoint is under audit
   * @param ownIdentity of a node's address: the identity by which the node itself knows it; 0: as
   *     the others, or {@code host} where those say {@code remote-node}
   * @param workloadKind of the pod's controller: Deployment, DaemonSet, …; empty for none
   */
  record Address(
      Prefix prefix,
      int identity,
      String node,
      List<IpAddress> nodeAddresses,
      long endpoint,
      String namespace,
      String pod,
      boolean audit,
      int ownIdentity,
      String workloadKind,
      String workload)
      implements ClusterRecord {
    /** Of nobody's workload, not under audit, and the same to everybody. */
    public Address(
        Prefix prefix,
        int identity,
        String node,
        List<IpAddress> nodeAddresses,
        long endpoint,
        String namespace,
        String pod) {
      this(prefix, identity, node, nodeAddresses, endpoint, namespace, pod, false, 0, "", "");
    }

    @Override
    public String key() {
      return prefix.toString();
    }
  }
}
