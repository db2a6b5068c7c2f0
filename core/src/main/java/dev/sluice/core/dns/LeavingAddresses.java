package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Addresses that topic fqdns gave up and that stay what they were until the node has looked and
 * found no connection to them; and the sets whose rows wait for that. Not thread safe.
 */
final class LeavingAddresses {
  /**
   * @param identity which it has here until it goes
   * @param names under which it was known; none where a former process knew them
   */
  private record Leaving(int identity, List<NameUse> names) {}

  /**
   * What became of those that were looked for.
   *
   * @param gone no connection was found
   * @param told to tell the cluster: they are in use, and it forgot them
   */
  record Looked(List<IpAddress> gone, List<DnsEvent.Answered> told) {}

  private final Map<IpAddress, Leaving> addresses = new TreeMap<>();

  /** How many addresses have an identity, so that a set's going costs no look at all of them. */
  private final Map<Integer, Integer> having = new HashMap<>();

  private final Map<Integer, Change<FqdnRecord>> sets = new TreeMap<>();

  void add(IpAddress address, int identity, List<NameUse> names) {
    remove(address);
    addresses.put(address, new Leaving(identity, names));
    having.merge(identity, 1, Integer::sum);
  }

  void remove(IpAddress address) {
    Leaving before = addresses.remove(address);
    if (before != null) {
      having.computeIfPresent(before.identity(), (i, count) -> count == 1 ? null : count - 1);
    }
  }

  Set<IpAddress> addresses() {
    return addresses.keySet();
  }

  /** The identity that the address keeps; 0 when it is not leaving. */
  int identity(IpAddress address) {
    Leaving found = addresses.get(address);
    return found == null ? 0 : found.identity();
  }

  /**
   * Takes a change of a set; one that goes waits as long as an address has it.
   *
   * @return whether it takes effect now
   */
  boolean passes(int set, Change<FqdnRecord> change) {
    sets.remove(set);
    if (change.isRemoval() && having.containsKey(set)) {
      sets.put(set, change);
      return false;
    }
    return true;
  }

  /** The sets' changes that no address holds up any more, by number; forgotten here. */
  Map<Integer, Change<FqdnRecord>> takeReleased() {
    Map<Integer, Change<FqdnRecord>> released = new TreeMap<>(sets);
    released.keySet().removeAll(having.keySet());
    sets.keySet().removeAll(released.keySet());
    return released;
  }

  /**
   * The node has looked for connections.
   *
   * @param looked addresses that were leaving then
   * @param open those to which there are connections
   */
  Looked looked(Set<IpAddress> looked, Set<IpAddress> open, long timeMillis) {
    List<IpAddress> gone = new ArrayList<>();
    List<DnsEvent.Answered> told = new ArrayList<>();
    for (IpAddress address : looked) {
      Leaving found = addresses.get(address);
      if (found != null && open.contains(address)) {
        found.names().forEach(use -> told.add(answered(address, use, timeMillis)));
      } else if (found != null) {
        remove(address);
        gone.add(address);
      }
    }
    return new Looked(gone, told);
  }

  private static DnsEvent.Answered answered(IpAddress address, NameUse use, long timeMillis) {
    return new DnsEvent.Answered(
        timeMillis,
        use.node(),
        use.name(),
        Map.of(address, use.ttlSeconds()),
        use.endpoint(),
        use.endpointAddress(),
        use.resolver());
  }
}
