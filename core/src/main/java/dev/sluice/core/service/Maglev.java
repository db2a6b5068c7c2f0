package dev.sluice.core.service;

import dev.sluice.core.service.LbEntry.Target;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Consistent hashing: every node that has the same backends makes the same table, each backend has
 * its share of it, and few places of the others move when one comes or goes.
 *
 * <p>Most places are given out as in "Maglev: A Fast and Reliable Software Network Load Balancer"
 * (NSDI 2016, section 3.4): backends in turn take the next free place of an order of their own. In
 * that way a table can be filled exactly evenly, but the last turns are long searches, in which a
 * place that becomes free draws another after it: of a hundred backends, the others lose 1.3 % when
 * one goes. So turns end early ({@link #BY_TURNS}), and each place that is left goes to the backend
 * with the highest weight there, between a least and a most share: 0.7 % move, shares differ by
 * less than 5 %.
 *
 * <p>A table is a pure function of its size and the backends; the order in which they are given
 * does not matter.
 */
public final class Maglev {
  /** Places of a table when nothing else is said: a hundred times a hundred and more backends. */
  public static final int DEFAULT_SIZE = 16_381;

  private static final int LEAST = 251;
  private static final int MOST = 131_071;

  private static final int FREE = -1;

  /** The part of a table that backends take in turn. */
  private static final double BY_TURNS = 0.8;

  /** How far a share may be from the mean. */
  private static final double SLACK = 0.045;

  private final int[] table;
  private final long[] hashes;
  private final int[] held;

  private Maglev(int size, List<Target> sorted) {
    this.table = new int[size];
    this.hashes = sorted.stream().mapToLong(Maglev::hash).toArray();
    this.held = new int[hashes.length];
  }

  /**
   * The size itself, if tables can have it.
   *
   * @throws IllegalArgumentException with what to write instead
   */
  public static int checkedSize(int size) {
    int near = Math.clamp(size, LEAST, MOST);
    while (!isPrime(near)) {
      near++;
    }
    if (near != size) {
      throw new IllegalArgumentException(
          "a table of %d places is not possible, a prime from %d to %d is: write %d"
              .formatted(size, LEAST, MOST, near));
    }
    return size;
  }

  private static boolean isPrime(int number) {
    for (int factor = 2; (long) factor * factor <= number; factor++) {
      if (number % factor == 0) {
        return false;
      }
    }
    return number > 1;
  }

  /**
   * Which backend has each place of a table.
   *
   * @param size a prime, more than there are backends
   * @return indexes into the sorted distinct backends; empty when there is none
   */
  static int[] places(int size, Collection<Target> backends) {
    List<Target> sorted = backends.stream().distinct().sorted().toList();
    if (sorted.isEmpty()) {
      return new int[0];
    }
    return new Maglev(size, sorted).fill();
  }

  private int[] fill() {
    if (hashes.length > 1) {
      Arrays.fill(table, FREE);
      takeTurns((int) (BY_TURNS * table.length / hashes.length));
      int[] rest = IntStream.range(0, table.length).filter(at -> table[at] == FREE).toArray();
      for (int place : rest) {
        give(place, heaviest(place));
      }
      for (int backend = 0; backend < hashes.length; backend++) {
        raise(backend, rest);
      }
    }
    return table;
  }

  private void give(int place, int backend) {
    if (table[place] != FREE) {
      held[table[place]]--;
    }
    table[place] = backend;
    held[backend]++;
  }

  private void takeTurns(int turns) {
    int[] next = new int[hashes.length];
    int[] skip = new int[hashes.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = (int) Long.remainderUnsigned(hashes[i], table.length);
      skip[i] = (int) Long.remainderUnsigned(mix(hashes[i] + GOLDEN), table.length - 1) + 1;
    }
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < next.length; i++) {
        while (table[next[i]] != FREE) {
          next[i] = step(next[i], skip[i], table.length);
        }
        give(next[i], i);
      }
    }
  }

  private long weight(int place, int backend) {
    return mix(hashes[backend] ^ mix(place + 1L));
  }

  private int heaviest(int place) {
    int most = Math.max(Math.ceilDiv(table.length, hashes.length), (int) (share() * (1 + SLACK)));
    int best = FREE;
    long weight = 0;
    for (int backend = 0; backend < hashes.length; backend++) {
      if (held[backend] < most) {
        long its = weight(place, backend);
        if (best == FREE || Long.compareUnsigned(its, weight) > 0) {
          best = backend;
          weight = its;
        }
      }
    }
    return best;
  }

  /** Who has too little takes the places where it weighs most from those who have plenty. */
  private void raise(int backend, int[] rest) {
    int least = (int) Math.min(Math.floor(share()), Math.ceil(share() * (1 - SLACK)));
    if (held[backend] >= least) {
      return;
    }
    int[] byWeight =
        IntStream.of(rest)
            .boxed()
            .sorted((x, y) -> Long.compareUnsigned(weight(y, backend), weight(x, backend)))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int place : byWeight) {
      if (held[backend] < least && held[table[place]] > share()) {
        give(place, backend);
      }
    }
  }

  private double share() {
    return (double) table.length / hashes.length;
  }

  private static int step(int place, int skip, int size) {
    int next = place + skip;
    return next < size ? next : next - size;
  }

  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

  private static long hash(Target target) {
    long hash = mix(target.port() + GOLDEN);
    long word = 0;
    byte[] address = target.address().mapped();
    for (int i = 0; i < address.length; i++) {
      word = word << 8 | address[i] & 0xff;
      if ((i & 7) == 7) {
        hash = mix(hash ^ word);
        word = 0;
      }
    }
    return hash;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long word) {
    long z = (word ^ word >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }
}
