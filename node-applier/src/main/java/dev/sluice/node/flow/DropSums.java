package dev.sluice.node.flow;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.kernel.KernelEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The first drop of a connection passes at once; what follows is summed, one record every five
 * seconds. Time is an argument. One thread.
 */
final class DropSums {
  static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();

  /** With more connections than this being dropped, the oldest sums are told early. */
  private static final int CONNECTIONS = 8_192;

  /** Takes what is to be written. */
  interface Out {
    /**
     * @param event the last of those it stands for
     * @param firstNanos time of the first; 0 when there is one only
     */
    void flow(KernelEvent event, long count, long firstNanos);
  }

  private record Key(
      IpAddress source,
      int sourcePort,
      IpAddress destination,
      int destinationPort,
      int protocol,
      int reason,
      Direction direction) {
    static Key of(KernelEvent event) {
      return new Key(
          event.source(),
          event.sourcePort(),
          event.destination(),
          event.destinationPort(),
          event.protocol(),
          event.reason(),
          event.direction());
    }
  }

  private static final class Sum {
    final long openedNanos;
    KernelEvent last;
    long firstNanos;
    long count;

    Sum(long openedNanos) {
      this.openedNanos = openedNanos;
    }
  }

  private final Out out;
  private final Map<Key, Sum> sums = new LinkedHashMap<>();

  DropSums(Out out) {
    this.out = out;
  }

  /** Takes one drop. */
  void add(KernelEvent event, long nowNanos) {
    Key key = Key.of(event);
    Sum sum = sums.get(key);
    if (sum == null) {
      out.flow(event, event.count(), 0);
      makeRoom();
      sums.put(key, new Sum(nowNanos));
      return;
    }
    if (sum.count == 0) {
      sum.firstNanos = event.timeNanos();
    }
    sum.count += event.count();
    sum.last = event;
  }

  private void makeRoom() {
    if (sums.size() >= CONNECTIONS) {
      Iterator<Sum> oldest = sums.values().iterator();
      tell(oldest.next());
      oldest.remove();
    }
  }

  /** Tells the sums whose five seconds are over. Windows end in the order they began. */
  void flush(long nowNanos) {
    Iterator<Map.Entry<Key, Sum>> entries = sums.entrySet().iterator();
    Map<Key, Sum> again = new LinkedHashMap<>();
    while (entries.hasNext()) {
      Map.Entry<Key, Sum> entry = entries.next();
      if (nowNanos - entry.getValue().openedNanos < WINDOW_NANOS) {
        break;
      }
      entries.remove();
      if (tell(entry.getValue())) {
        again.put(entry.getKey(), new Sum(nowNanos));
      }
    }
    sums.putAll(again);
  }

  /** Tells everything now: the reader ends. */
  void close() {
    sums.values().forEach(this::tell);
    sums.clear();
  }

  private boolean tell(Sum sum) {
    if (sum.count == 0) {
      return false;
    }
    out.flow(sum.last, sum.count, sum.firstNanos);
    return true;
  }
}
