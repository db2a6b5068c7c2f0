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
import java.util.TreeSet;

/**
 * Addresses that topic fqdns gave up and that stay what they were until the node has looked and
 * found no connection to them; those that have gone since, which come back if somebody connected
 * between the look and the going; and the sets whose rows wait for both. Not thread safe.
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
   * @param changed those that go now; of a second look those that are back
   * @param told to tell the cluster: they are in use, and it forgot them
   */
  record Looked(List<IpAddress> changed, List<DnsEvent.Answered> told) {}

  private final Map<IpAddress, Leaving> addresses = new TreeMap<>();

  /** Those without a connection, until the second look. */
  private final Map<IpAddress, Leaving> going = new TreeMap<>();

  /** Those of them that the kernel was told to forget. */
  private final Set<IpAddress> left = new TreeSet<>();

  /** How many addresses have an identity, so that a set's going costs no look at all of them. */
  private final Map<Integer, Integer> having = new HashMap<>();

  private final Map<Integer, Change<FqdnRecord>> sets = new TreeMap<>();

  void add(IpAddress address, int identity, List<NameUse> names) {
    remove(address);
    addresses.put(address, new Leaving(identity, names));
    having.merge(identity, 1, Integer::sum);
  }

  void remove(IpAddress address) {
    forget(addresses.remove(address));
    forget(going.remove(address));
    left.remove(address);
  }

  private void forget(Leaving before) {
    if (before != null) {
      having.computeIfPresent(before.identity(), (i, count) -> count == 1 ? null : count - 1);
    }
  }

  /** These are what the kernel is told next: from then on a connection to them is refused. */
  void told(Set<IpAddress> changed) {
    going.keySet().stream().filter(changed::contains).forEach(left::add);
  }

  /** Those that wait for the second look. */
  Set<IpAddress> left() {
    return left;
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
        going.put(address, addresses.remove(address));
        gone.add(address);
      }
    }
    return new Looked(gone, told);
  }

  /**
   * The node has looked once more, after the addresses were gone.
   *
   * @param looked what {@link #left} said before it looked
   * @param open those to which there are connections: opened between the first look and the going
   * @return addresses that are back, as if they had never gone, and what to tell of them; those
   *     that are not are forgotten
   */
  Looked lookedAgain(Set<IpAddress> looked, Set<IpAddress> open, long timeMillis) {
    List<IpAddress> back = new ArrayList<>();
    List<DnsEvent.Answered> told = new ArrayList<>();
    for (IpAddress address : looked) {
      Leaving found = left.remove(address) ? going.remove(address) : null;
      if (found != null && open.contains(address)) {
        addresses.put(address, found);
        back.add(address);
        found.names().forEach(use -> told.add(answered(address, use, timeMillis)));
      } else {
        forget(found);
      }
    }
    return new Looked(back, told);
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
