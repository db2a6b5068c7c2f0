package dev.sluice.node.mirror;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbSizes;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's load-balancing maps. A write that returns has reached the kernel; one that throws
 * has reached it partly or not at all.
 */
public interface KernelServices {
  /** Everything that the maps hold, without affinities, which are the kernel's own. */
  List<LbEntry> readBack();

  /** The entry under exactly this key. */
  Optional<LbEntry> find(LbEntry.Key key);

  /** Writes entries in order. */
  void put(List<LbEntry> entries);

  /** Removes keys in order; one that is not there is nothing. */
  void remove(List<LbEntry.Key> keys);

  /**
   * Ends the UDP sockets of the node that are connected to one of these as a Service's backend, and
   * forgets which clients outside were sent there. What fails is logged.
   */
  void endUdp(Set<LbEntry.Target> backends);

  /** The node's own addresses, under which it speaks for its pods and for clients of Services. */
  void own(List<IpAddress> addresses);

  /** Places of a consistent hash table. */
  int tableSize();

  /** Whether other nodes send clients on to this one as they came. */
  boolean direct();

  /** How many entries each map can hold. */
  LbSizes capacity();
}
