package dev.sluice.core.compile;

/**
 * How much a fold has looked at: label sets compared, selectors compared, rules compiled, policies
 * told about. It decides nothing; a test holds the cost of one change in a small world against that
 * in a large one. Not thread safe.
 */
final class Work {
  private long units;

  void add(int more) {
    units += more;
  }

  /** Since the beginning. */
  long units() {
    return units;
  }
}
