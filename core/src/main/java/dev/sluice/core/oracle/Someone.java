package dev.sluice.core.oracle;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.List;

/**
 * One end of a flow, as the other end's policies see it.
 *
 * @param name for people: {@code pod shop/web}, {@code host}, {@code 203.0.113.7}
 * @param labels what label selectors see
 * @param addresses that he is known by
 * @param pod null for nodes and strangers
 */
record Someone(Kind kind, String name, LabelSet labels, List<IpAddress> addresses, World.Pod pod) {
  enum Kind {
    POD,
    /** The node that the other end runs on. */
    HOST,
    REMOTE_NODE,
    /** An address of a node's pods that no pod has. */
    UNMANAGED,
    /** Outside the cluster. */
    WORLD
  }

  boolean isIn(Prefix prefix) {
    return addresses.stream().anyMatch(prefix::contains);
  }

  boolean isIn(List<Prefix> prefixes) {
    return prefixes.stream().anyMatch(this::isIn);
  }

  boolean isReserved(String name) {
    return labels.value("reserved", name).isPresent();
  }
}
