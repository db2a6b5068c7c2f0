package dev.sluice.core.dns;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who an address is without names: the identity of the longest prefix around it. One look for each
 * length in use. Not thread safe.
 */
public final class PrefixBases {
  private static final int WORLD = ReservedIdentity.WORLD.number();

  private final Map<Prefix, Integer> identities = new HashMap<>();
  private final TreeMap<Integer, Integer> lengths = new TreeMap<>();
  private final TreeSet<Integer> longestFirst =
      new TreeSet<>(java.util.Comparator.<Integer>naturalOrder().reversed());

  void clear() {
    identities.clear();
    lengths.clear();
    longestFirst.clear();
  }

  /** Returns whether something changed. */
  public boolean put(Prefix prefix, int identity) {
    Integer before = identities.put(prefix, identity);
    if (before == null) {
      lengths.merge(slot(prefix), 1, Integer::sum);
      longestFirst.add(slot(prefix));
    }
    return before == null || before != identity;
  }

  /** Returns whether it was there. */
  public boolean remove(Prefix prefix) {
    if (identities.remove(prefix) == null) {
      return false;
    }
    if (lengths.merge(slot(prefix), -1, Integer::sum) == 0) {
      lengths.remove(slot(prefix));
      longestFirst.remove(slot(prefix));
    }
    return true;
  }

  private static int slot(Prefix prefix) {
    return prefix.length() + (prefix.address().v6() ? 1000 : 0);
  }

  /** The identity that the address has by the prefixes it lies in; the world's for none. */
  public int of(IpAddress address) {
    for (int slot : longestFirst) {
      if (slot >= 1000 == address.v6()) {
        Integer found = identities.get(new Prefix(address, slot % 1000));
        if (found != null) {
          return found;
        }
      }
    }
    return WORLD;
  }

  /** Whether names may say who this is: addresses of the cluster have identities of their own. */
  public static boolean isOutside(int identity) {
    return identity == WORLD || IdentityScope.PREFIXES.has(identity);
  }
}
