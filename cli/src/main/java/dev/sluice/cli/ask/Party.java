package dev.sluice.cli.ask;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.net.IpAddress;
import java.util.List;

/**
 * One side of some traffic.
 *
 * @param name as the user called it
 * @param pod null when it is none
 * @param addresses of a pod, or the ones meant
 */
record Party(String name, ClusterRecord.Endpoint pod, List<IpAddress> addresses) {
  static Party of(ClusterRecord.Endpoint pod) {
    return new Party(pod.key(), pod, pod.addresses());
  }

  boolean isPod() {
    return pod != null;
  }
}
