package dev.sluice.core.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * Where a generator takes its decisions from. 0 is always the simplest one, so that a tape of
 * decisions that is shorter, or has smaller numbers, makes a smaller world: shrinking the tape
 * shrinks the world.
 */
public interface Choices {
  /** A number of 0..n-1. */
  int below(int n);

  /** Decisions of a seed, without end. */
  static Choices of(long seed) {
    return new Random(seed)::nextInt;
  }

  /** Decisions of a tape; behind its end all are 0. */
  static Choices of(List<Integer> tape) {
    Iterator<Integer> rest = tape.iterator();
    return n -> rest.hasNext() ? Math.floorMod(rest.next(), n) : 0;
  }

  /** True once in n times; false is simpler. */
  default boolean oneIn(int n) {
    return below(n) == n - 1;
  }

  /** One of them; the first is the simplest. */
  @SuppressWarnings("unchecked")
  default <T> T any(T... all) {
    return all[below(all.length)];
  }

  /** One of them; the first is the simplest. */
  default <T> T any(List<T> all) {
    return all.get(below(all.size()));
  }

  /** At least {@code least} and at most {@code most} of them, each once, in any order. */
  default <T> List<T> some(List<T> all, int least, int most) {
    List<T> left = new ArrayList<>(all);
    List<T> taken = new ArrayList<>();
    int count = least + below(most - least + 1);
    for (int i = 0; i < count && !left.isEmpty(); i++) {
      taken.add(left.remove(below(left.size())));
    }
    return taken;
  }

  /** Somewhere else in the list, in any order. */
  default <T> List<T> shuffled(List<T> all) {
    return some(all, all.size(), all.size());
  }

  /** The text's words, as a list. */
  static List<String> words(String text) {
    return Arrays.asList(text.split(" "));
  }
}
