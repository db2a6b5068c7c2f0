package dev.sluice.ingest.world;

import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;

/**
 * Where one life of a pod is.
 *
 * @param node empty: nowhere yet
 * @param addresses IPv4 first; those of the node for a pod of the host's network
 * @param ownAddresses whether they were given to this pod alone
 * @param spec as it was written to the log
 */
record PodPlace(
    String uid,
    String node,
    List<IpAddress> addresses,
    boolean ownAddresses,
    Map<String, Object> spec) {
  boolean waits() {
    return node.isEmpty();
  }
}
