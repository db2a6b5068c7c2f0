package dev.sluice.bench;

import java.util.ArrayList;
import java.util.List;

/** Measured numbers of one kind. For one thread. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  int count() {
    return values.size();
  }

  double median() {
    return quantile(0.5);
  }

  /** Nearest-rank quantile; NaN when nothing was measured. */
  double quantile(double q) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * q)));
  }
}
