package dev.sluice.core.dns;

import dev.sluice.core.dns.DnsEvent.Answered;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Names, their addresses, and until when. Time is the events'. An address keeps a name while the
 * last answer holds or a connection to the address is known, and a grace longer. When a name has
 * too many addresses, the one whose answer ends first goes, of those without a connection; how many
 * went so is remembered while the name has addresses.
 *
 * <p>It does not know selectors. Not thread safe.
 */
final class NameBook {
  private static final class Held {
    /** The same object for as long as the address is known: rows of it come and go. */
    final IpAddress address;

    final TreeMap<String, NameUse> names = new TreeMap<>();
    long usedUntil;

    Held(IpAddress address) {
      this.address = address;
    }
  }

  private record Due(long atMillis, IpAddress address, String name) {}

  private static final Comparator<Due> SOONEST =
      Comparator.comparingLong(Due::atMillis).thenComparing(Due::address).thenComparing(Due::name);

  private final AddressLife life;
  private final SharedWords words;
  private final TreeMap<IpAddress, Held> addresses = new TreeMap<>();
  private final Map<String, TreeSet<IpAddress>> byName = new HashMap<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(SOONEST);
  private long nowMillis;
  private final TreeMap<String, Long> evictedOf = new TreeMap<>();
  private long evicted;

  /**
   * @param words what is remembered of names is kept in these
   */
  NameBook(AddressLife life, SharedWords words) {
    this.life = life;
    this.words = words;
  }

  /** Puts back what a topic holds. */
  void restore(FqdnRecord.LearnedAddress row) {
    Held held = new Held(row.address());
    held.usedUntil = row.usedUntilMillis();
    addresses.put(row.address(), held);
    row.names().forEach(use -> enter(held, use));
  }

  /** Takes an answer; returns the addresses about which something is new. */
  Set<IpAddress> answered(Answered answer) {
    Set<IpAddress> touched = passed(answer.timeMillis());
    answer
        .ttlSeconds()
        .forEach(
            (address, ttl) -> {
              Held held = addresses.computeIfAbsent(address, Held::new);
              touched.add(held.address);
              NameUse before = held.names.get(answer.name());
              long until = answer.timeMillis() + life.holdsMillis(ttl);
              enter(
                  held,
                  words.in(
                      new NameUse(
                          answer.name(),
                          before == null ? until : Math.max(until, before.untilMillis()),
                          answer.timeMillis(),
                          ttl,
                          answer.endpoint(),
                          answer.endpointAddress(),
                          answer.resolver(),
                          answer.node())));
            });
    touched.addAll(makeRoom(answer.name()));
    return touched;
  }

  private void enter(Held held, NameUse use) {
    if (held.names.put(use.name(), use) == null) {
      due.add(new Due(ends(held, use), held.address, use.name()));
      byName.computeIfAbsent(use.name(), n -> new TreeSet<>()).add(held.address);
    }
  }

  private long ends(Held held, NameUse use) {
    return Math.max(use.untilMillis() + life.afterAnswerMillis(), held.usedUntil);
  }

  /** Takes note of connections; returns the addresses whose life they extended. */
  Set<IpAddress> used(long timeMillis, Collection<IpAddress> open) {
    // Before anything expires: what is in use at this moment has not.
    Set<IpAddress> touched = new TreeSet<>();
    long until = life.usedUntilMillis(timeMillis);
    for (IpAddress address : open) {
      Held held = addresses.get(address);
      if (held != null && held.usedUntil < until) {
        held.usedUntil = until;
        touched.add(held.address);
      }
    }
    touched.addAll(passed(timeMillis));
    return touched;
  }

  /** Moves time, which never goes back; returns the addresses that lost a name. */
  Set<IpAddress> passed(long timeMillis) {
    nowMillis = Math.max(nowMillis, timeMillis);
    Set<IpAddress> touched = new TreeSet<>();
    while (!due.isEmpty() && due.peek().atMillis() <= nowMillis) {
      Due first = due.poll();
      Held held = addresses.get(first.address());
      NameUse use = held == null ? null : held.names.get(first.name());
      if (use == null) {
        continue;
      }
      long ends = ends(held, use);
      if (ends > nowMillis) {
        due.add(new Due(ends, first.address(), first.name()));
      } else {
        forget(first.address(), first.name());
        touched.add(first.address());
      }
    }
    return touched;
  }

  private Set<IpAddress> makeRoom(String name) {
    Set<IpAddress> gone = new TreeSet<>();
    TreeSet<IpAddress> of = byName.getOrDefault(name, new TreeSet<>());
    if (of.size() <= life.perName()) {
      return gone;
    }
    List<IpAddress> unused = new ArrayList<>();
    of.stream().filter(a -> addresses.get(a).usedUntil <= nowMillis).forEach(unused::add);
    unused.sort(
        Comparator.comparingLong((IpAddress a) -> addresses.get(a).names.get(name).untilMillis())
            .thenComparingLong(a -> addresses.get(a).names.get(name).learnedMillis())
            .thenComparing(Comparator.naturalOrder()));
    int over = Math.min(of.size() - life.perName(), unused.size());
    for (IpAddress address : unused.subList(0, over)) {
      forget(address, name);
      gone.add(address);
    }
    evicted += over;
    if (over > 0) {
      evictedOf.merge(name, (long) over, Long::sum);
    }
    return gone;
  }

  private void forget(IpAddress address, String name) {
    Held held = addresses.get(address);
    held.names.remove(name);
    if (held.names.isEmpty()) {
      addresses.remove(address);
    }
    byName.computeIfPresent(
        name,
        (n, all) -> {
          all.remove(address);
          return all.isEmpty() ? null : all;
        });
    if (!byName.containsKey(name)) {
      evictedOf.remove(name);
    }
  }

  /** The names of an address, sorted by name; empty when it is not known. */
  List<NameUse> names(IpAddress address) {
    Held held = addresses.get(address);
    return held == null ? List.of() : List.copyOf(held.names.values());
  }

  /** Until when connections keep it; 0 when none was seen or it is not known. */
  long usedUntil(IpAddress address) {
    Held held = addresses.get(address);
    return held == null ? 0 : held.usedUntil;
  }

  Set<String> allNames() {
    return byName.keySet();
  }

  Set<IpAddress> addressesOf(String name) {
    return byName.getOrDefault(name, new TreeSet<>());
  }

  Set<IpAddress> all() {
    return addresses.keySet();
  }

  /** The soonest moment at which something may end; {@link Long#MAX_VALUE} for never. */
  long nextMillis() {
    return due.isEmpty() ? Long.MAX_VALUE : due.peek().atMillis();
  }

  /** How many addresses had to make room since this book was opened. */
  long evicted() {
    return evicted;
  }

  /** How many addresses of a name had to make room; 0 for most names. */
  long evicted(String name) {
    return evictedOf.getOrDefault(name, 0L);
  }

  /** The names whose addresses had to make room, sorted. */
  Set<String> crowded() {
    return evictedOf.keySet();
  }

  long nowMillis() {
    return nowMillis;
  }
}
