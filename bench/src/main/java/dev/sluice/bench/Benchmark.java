package dev.sluice.bench;

import java.util.List;

/** One benchmark. It makes what it needs, measures, and takes it down again, also on failure. */
interface Benchmark {
  /** What one types to run it. */
  String name();

  /** One line for people. */
  String about();

  /**
   * Measures.
   *
   * @param rounds how many times each variant takes its turn, at least 1
   */
  List<Row> run(int rounds) throws Exception;
}
