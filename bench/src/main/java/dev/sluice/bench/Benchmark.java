package dev.sluice.bench;

import java.util.List;
import java.util.function.Consumer;

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
   * Measures and tells all rows at its end.
   *
   * @param rounds how many times each variant takes its turn, at least 1
   */
  default List<Row> run(int rounds) throws Exception {
    throw new UnsupportedOperationException(name() + " measures neither at once nor row by row");
  }

  /** Measures; what takes minutes tells each row as soon as it is known. */
  default void run(int rounds, Consumer<Row> rows) throws Exception {
    run(rounds).forEach(rows);
  }
}
