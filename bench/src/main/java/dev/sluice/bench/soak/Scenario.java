package dev.sluice.bench.soak;

import java.util.List;
import java.util.Random;

/**
 * One kind of change, and what must hold whatever else changes. It keeps a model of its own part of
 * the lab and touches no other's. One thread calls it.
 */
interface Scenario {
  String name();

  /** One line for {@code --list}. */
  String about();

  /** What the lab must have for it from the start; empty for nothing. */
  default String manifests() {
    return "";
  }

  /** Called once, when the lab is up. */
  default void begin(SoakLab lab) {}

  /**
   * One change; returns when it is enforced.
   *
   * @return what was done, in a few words
   */
  String step(SoakLab lab, Random random);

  /** What does not hold now; called after every step of any scenario. */
  default List<String> check(SoakLab lab) {
    return List.of();
  }

  /** Puts back what there was at the beginning, so that what is left over can be counted. */
  default void rest(SoakLab lab) {}

  /** What it has counted, for the end; empty when nothing. */
  default String counted() {
    return "";
  }
}
