package dev.sluice.node.mirror;

import dev.sluice.core.net.IpAddress;
import java.util.List;

/**
 * A pod of this node as the log knows it.
 *
 * @param endpoint its endpoint's id, unique in the cluster
 * @param ips sorted
 */
public record LocalPod(
    String namespace, String pod, long endpoint, int identity, List<IpAddress> ips) {
  /** {@code namespace/pod}. */
  public String key() {
    return namespace + "/" + pod;
  }
}
