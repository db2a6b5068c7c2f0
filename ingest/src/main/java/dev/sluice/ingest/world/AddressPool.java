package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pod holds which address, and the next free ones: the lowest place that is free in both
 * families, from the tenth on, leaving out those released lately, so that a pod made anew gets a
 * new address. Not thread-safe.
 */
final class AddressPool {
  private static final int FIRST_PLACE = 10;
  private static final int LATELY = 64;
  private static final long MOST_PLACES = 1 << 20;

  private final Map<IpAddress, ObjectKey> holders = new HashMap<>();
  private final LinkedHashSet<IpAddress> lately = new LinkedHashSet<>();

  /** Below this place none is free in all of these prefixes. */
  private final Map<List<Prefix>, Long> searchFrom = new HashMap<>();

  /** Who holds an address. */
  Optional<ObjectKey> holder(IpAddress address) {
    return Optional.ofNullable(holders.get(address));
  }

  void hold(ObjectKey pod, Collection<IpAddress> addresses) {
    for (IpAddress address : addresses) {
      holders.put(address, pod);
      lately.remove(address);
    }
  }

  /** Frees what the pod holds of these addresses. */
  void release(ObjectKey pod, Collection<IpAddress> addresses) {
    for (IpAddress address : addresses) {
      if (holders.remove(address, pod)) {
        released(address);
      }
    }
    searchFrom.clear();
  }

  /** Remembers an address as released lately. */
  void released(IpAddress address) {
    lately.remove(address);
    lately.add(address);
    if (lately.size() > LATELY) {
      Iterator<IpAddress> oldest = lately.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /**
   * One free address of each prefix, all at the same place; empty when there is none.
   *
   * @param prefixes at most one a family
   */
  Optional<List<IpAddress>> free(List<Prefix> prefixes) {
    if (prefixes.isEmpty()) {
      return Optional.empty();
    }
    long last = prefixes.stream().mapToLong(AddressPool::lastPlace).min().orElseThrow();
    long first = last > FIRST_PLACE ? FIRST_PLACE : 2;
    long start = searchFrom.getOrDefault(prefixes, first);
    List<IpAddress> second = null;
    for (long place = start; place <= last; place++) {
      List<IpAddress> candidate = at(prefixes, place);
      boolean free = candidate.stream().noneMatch(holders::containsKey);
      if (free && candidate.stream().noneMatch(lately::contains)) {
        return Optional.of(candidate);
      }
      if (free && (second == null || age(candidate) < age(second))) {
        second = candidate;
      }
      if (!free && place == searchFrom.getOrDefault(prefixes, first)) {
        searchFrom.put(prefixes, place + 1);
      }
    }
    return Optional.ofNullable(second);
  }

  /** Whether a pod may have this address of the prefix at all. */
  static boolean usable(Prefix prefix, IpAddress address) {
    IpAddress base = prefix.address();
    boolean broadcast =
        !base.v6() && prefix.length() < 31 && address.equals(base.plus(lastPlace(prefix) + 1));
    return prefix.contains(address)
        && !address.equals(base)
        && !address.equals(base.plus(1))
        && !broadcast;
  }

  /** How long ago it was released: smaller is older. */
  private int age(List<IpAddress> candidate) {
    int age = 0;
    int place = 0;
    for (IpAddress address : lately) {
      place++;
      if (candidate.contains(address)) {
        age = place;
      }
    }
    return age;
  }

  private static List<IpAddress> at(List<Prefix> prefixes, long place) {
    List<IpAddress> addresses = new ArrayList<>(prefixes.size());
    for (Prefix prefix : prefixes) {
      addresses.add(prefix.address().plus(place));
    }
    return addresses;
  }

  private static long lastPlace(Prefix prefix) {
    int hostBits = prefix.address().bits() - prefix.length();
    long size = hostBits >= 20 ? MOST_PLACES : 1L << hostBits;
    return size - 2;
  }
}
