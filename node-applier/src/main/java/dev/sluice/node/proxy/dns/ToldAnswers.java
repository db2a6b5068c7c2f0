package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.net.IpAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which answers need no telling: each address that they hold was told under that name, and is
 * believed in for at least as long as this answer has to hold. Time is given; any thread.
 */
final class ToldAnswers {
  /** For everybody, where others have the number of the endpoint for which alone it counts. */
  static final int EVERYBODY = 0;

  /**
   * What was told of an address; most have one.
   *
   * @param untilNanos until when it is believed in
   */
  private record Told(String name, int endpoint, long untilNanos, Told more) {
    boolean isOf(String otherName, int otherEndpoint) {
      return endpoint == otherEndpoint && name.equals(otherName);
    }

    static boolean covers(Told first, String name, int endpoint, long untilNanos) {
      for (Told each = first; each != null; each = each.more) {
        if (each.isOf(name, endpoint)) {
          return each.untilNanos - untilNanos >= 0;
        }
      }
      return false;
    }

    static Told without(Told first, String name, int endpoint) {
      if (first == null || first.isOf(name, endpoint)) {
        return first == null ? null : first.more;
      }
      Told more = without(first.more, name, endpoint);
      return more == first.more ? first : first.before(more);
    }

    /** Without those that are not believed in until then. */
    static Told until(Told first, long untilNanos) {
      if (first == null) {
        return null;
      }
      Told more = until(first.more, untilNanos);
      if (first.untilNanos - untilNanos < 0) {
        return more;
      }
      return more == first.more ? first : first.before(more);
    }

    private Told before(Told others) {
      return new Told(name, endpoint, untilNanos, others);
    }
  }

  private final AddressLife life;
  private final Map<IpAddress, Told> byAddress = new ConcurrentHashMap<>();

  ToldAnswers(AddressLife life) {
    this.life = life;
  }

  /**
   * Whether an answer of now needs no telling.
   *
   * @param endpoint for which alone it counts, or {@link #EVERYBODY}
   */
  boolean cover(String name, int endpoint, Map<IpAddress, Long> ttlSeconds, long nowNanos) {
    for (Map.Entry<IpAddress, Long> each : ttlSeconds.entrySet()) {
      long until = nowNanos + holdsNanos(each.getValue());
      if (!Told.covers(byAddress.get(each.getKey()), name, endpoint, until)) {
        return false;
      }
    }
    return true;
  }

  /** An answer was told, and its addresses are usable. */
  void told(String name, int endpoint, Map<IpAddress, Long> ttlSeconds, long nowNanos) {
    ttlSeconds.forEach(
        (address, ttl) ->
            byAddress.compute(
                address,
                (a, all) ->
                    new Told(
                        name,
                        endpoint,
                        nowNanos + holdsNanos(ttl) + 1_000_000 * life.spareMillis(),
                        Told.without(all, name, endpoint))));
  }

  private long holdsNanos(long ttlSeconds) {
    return 1_000_000 * life.holdsMillis(ttlSeconds);
  }

  /** What is known of these is void. */
  void forget(Collection<IpAddress> addresses) {
    addresses.forEach(byAddress::remove);
  }

  void forgetAll() {
    byAddress.clear();
  }

  /** Forgets what covers no answer any more. */
  void tidy(long nowNanos) {
    long least = nowNanos + holdsNanos(0);
    byAddress
        .keySet()
        .forEach(a -> byAddress.computeIfPresent(a, (address, all) -> Told.until(all, least)));
  }

  int size() {
    return byAddress.size();
  }
}
