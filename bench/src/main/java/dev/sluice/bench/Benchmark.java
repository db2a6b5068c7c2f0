package dev.sluice.bench;

import java.util.List;

/** One benchmark. It makes what it needs, measures, and takes it down again, also on failure. */
interface Benchmark {
  /** What one types to run it. */
  String name();

  /** One line for people. */
  String about();

  /** Rounds when nobody says how many: so many that the whole table takes a quarter of an hour. */
  default int usualRounds() {
    return 4;
  }

  /**
   * Measures.
   *
   * @param rounds how many times each variant takes its turn, at least 1
   */
  List<Row> run(int rounds) throws Exception;
}
