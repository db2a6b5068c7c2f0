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
   * Measures; what takes minutes tells each row as soon as it is known.
   *
   * @param rounds how many times each variant takes its turn, at least 1
   */
  void run(int rounds, Consumer<Row> rows) throws Exception;

  /** One whose rows are known together, at its end. */
  interface AtOnce extends Benchmark {
    List<Row> run(int rounds) throws Exception;

    @Override
    default void run(int rounds, Consumer<Row> rows) throws Exception {
      run(rounds).forEach(rows);
    }
  }
}
