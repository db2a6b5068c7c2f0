package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What single endpoints of a node were answered by resolvers whose word counts for nobody else: for
 * each endpoint the addresses of its own, the names that it asked for, and until when. An address
 * stays while an answer holds or the endpoint has a connection to it. An endpoint that has too many
 * loses the one whose answer ends first.
 *
 * <p>Time is given. Not thread safe.
 */
public final class OwnNames {
  /** Addresses of one endpoint. */
  static final int PER_ENDPOINT = 1000;

  /** Addresses of all: what the kernel's map holds, and some room for changes. */
  static final int IN_ALL = 60_000;

  private static final IpAddress LOWEST = IpAddress.parse("0.0.0.0");
  private static final IpAddress HIGHEST =
      IpAddress.parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

  /** An address as one endpoint sees it. */
  public record Key(int endpoint, IpAddress address) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byEndpoint = Integer.compare(endpoint, other.endpoint);
      return byEndpoint != 0 ? byEndpoint : address.compareTo(other.address);
    }
  }

  /** An answer that counts for one endpoint. */
  public record Own(int endpoint, DnsEvent.Answered answer) {}

  /**
   * What an address is to one endpoint.
   *
   * @param untilMillis until when the answer holds, the floor applied; connections may keep the
   *     address for longer
   */
  public record Known(Key key, DnsEvent.Answered answer, long untilMillis) {}

  /**
   * @param endsMillis as {@code untilMillis}, and as much longer as it may be given again untold
   */
  private record Use(DnsEvent.Answered answer, long untilMillis, long endsMillis) {}

  private static final class Held {
    final TreeMap<String, Use> names = new TreeMap<>();
    long usedUntilMillis;

    long endsMillis() {
      long answers = names.values().stream().mapToLong(Use::endsMillis).max().orElse(0);
      return Math.max(answers, usedUntilMillis);
    }
  }

  private final TreeMap<Key, Held> all = new TreeMap<>();
  private final Map<IpAddress, Set<Key>> byAddress = new HashMap<>();
  private final Set<Key> touched = new TreeSet<>();
  private long evicted;

  /** Takes an answer. */
  void answered(Own own, AddressLife life) {
    DnsEvent.Answered answer = own.answer();
    answer
        .ttlSeconds()
        .forEach(
            (address, ttl) -> {
              Key key = new Key(own.endpoint(), address);
              Held held =
                  all.computeIfAbsent(
                      key,
                      k -> {
                        byAddress.computeIfAbsent(address, a -> new HashSet<>()).add(k);
                        return new Held();
                      });
              long until = answer.timeMillis() + life.holdsMillis(ttl);
              held.names.merge(
                  answer.name(),
                  new Use(answer, until, until + life.spareMillis()),
                  (before, now) -> before.untilMillis() > until ? before : now);
              touched.add(key);
            });
    makeRoom(of(own.endpoint()).keySet(), PER_ENDPOINT);
    makeRoom(all.keySet(), IN_ALL);
  }

  private Map<Key, Held> of(int endpoint) {
    return all.subMap(new Key(endpoint, LOWEST), true, new Key(endpoint, HIGHEST), true);
  }

  private void makeRoom(Set<Key> keys, int most) {
    if (keys.size() > most) {
      List<Key> soonest =
          keys.stream()
              .sorted(Comparator.comparingLong((Key key) -> all.get(key).endsMillis()))
              .limit(keys.size() - most)
              .toList();
      soonest.forEach(this::forget);
      evicted += soonest.size();
    }
  }

  /** An endpoint has connections to addresses: they stay until then at least. */
  void used(int endpoint, Collection<IpAddress> addresses, long untilMillis) {
    for (IpAddress address : addresses) {
      Held held = all.get(new Key(endpoint, address));
      if (held != null) {
        held.usedUntilMillis = Math.max(held.usedUntilMillis, untilMillis);
      }
    }
  }

  /**
   * Forgets what is over.
   *
   * @param living endpoints that the node has
   */
  void passed(long nowMillis, Set<Integer> living) {
    for (Map.Entry<Key, Held> each : List.copyOf(all.entrySet())) {
      Held held = each.getValue();
      if (!living.contains(each.getKey().endpoint()) || held.endsMillis() <= nowMillis) {
        forget(each.getKey());
      } else if (held.usedUntilMillis <= nowMillis
          && held.names.values().removeIf(use -> use.endsMillis() <= nowMillis)) {
        touched.add(each.getKey());
      }
    }
  }

  private void forget(Key key) {
    all.remove(key);
    touched.add(key);
    byAddress.computeIfPresent(
        key.address(),
        (address, keys) -> {
          keys.remove(key);
          return keys.isEmpty() ? null : keys;
        });
  }

  /** All are to be looked at again. */
  void touchAll() {
    touched.addAll(all.keySet());
  }

  /** Those of one address are to be looked at again. */
  void touch(IpAddress address) {
    touched.addAll(byAddress.getOrDefault(address, Set.of()));
  }

  /** What is to be looked at since the last call; some may be gone. */
  Set<Key> takeTouched() {
    Set<Key> taken = Set.copyOf(touched);
    touched.clear();
    return taken;
  }

  /** The names that an endpoint asked for; none: the address is not its own. */
  Set<String> names(Key key) {
    Held held = all.get(key);
    return held == null ? Set.of() : held.names.keySet();
  }

  /** All that is known, by endpoint and address; an address is there once for each name. */
  List<Known> known() {
    return all.entrySet().stream()
        .flatMap(
            each ->
                each.getValue().names.values().stream()
                    .map(use -> new Known(each.getKey(), use.answer(), use.untilMillis())))
        .toList();
  }

  /** All answers that hold, to be remembered. */
  List<Own> answers() {
    return all.entrySet().stream()
        .flatMap(
            each ->
                each.getValue().names.values().stream()
                    .map(use -> new Own(each.getKey().endpoint(), use.answer())))
        .distinct()
        .toList();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Addresses that had to make room for others. */
  long evicted() {
    return evicted;
  }
}
