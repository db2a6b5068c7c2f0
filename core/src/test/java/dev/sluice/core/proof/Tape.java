package dev.sluice.core.proof;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;

/** A world before it is made: decisions, which {@link Choices} reads one after another. */
public record Tape(List<Integer> decisions) {
  /** As many decisions as the largest world takes. */
  public static final int LENGTH = 2000;

  /** The tape of a seed. */
  public static Tape of(long seed) {
    return new Tape(new Random(seed).ints(LENGTH, 0, Integer.MAX_VALUE).boxed().toList());
  }

  /**
   * A tape with as many zeros as can be found that still fails: halves, quarters and so on are
   * tried one by one.
   */
  private Tape shrunk(Predicate<Tape> fails) {
    List<Integer> best = new ArrayList<>(decisions);
    for (int block = LENGTH / 2; block > 0; block /= 2) {
      for (int at = 0; at < best.size(); at += block) {
        List<Integer> part = best.subList(at, Math.min(at + block, best.size()));
        if (part.stream().allMatch(decision -> decision == 0)) {
          continue;
        }
        List<Integer> tried = new ArrayList<>(best);
        Collections.fill(tried.subList(at, at + part.size()), 0);
        if (fails.test(new Tape(List.copyOf(tried)))) {
          best = tried;
        }
      }
    }
    return new Tape(List.copyOf(best));
  }

  /**
   * The check's word on the smallest world that still fails it.
   *
   * @return empty when the check is passed after all
   */
  public Optional<String> smallest(Function<Tape, Optional<String>> check) {
    return check.apply(shrunk(tried -> check.apply(tried).isPresent()));
  }

  /** Short: the world that it makes is what people read. */
  @Override
  public String toString() {
    return decisions.stream().filter(decision -> decision != 0).count() + " decisions";
  }
}
