package dev.sluice.bench;

import java.util.Locale;

/**
 * One line of the table.
 *
 * @param benchmark its name
 * @param what what was measured
 * @param value the product's number
 * @param unit of value and beside
 * @param beside the alternative's number in the same rounds; NaN when there is none
 * @param alternative what that is; empty when there is none
 * @param target what the number should be, for people
 * @param met whether it is
 */
record Row(
    String benchmark,
    String what,
    double value,
    String unit,
    double beside,
    String alternative,
    String target,
    boolean met) {

  /** A row that stands alone: the value should be at most {@code limit}. */
  static Row atMost(String benchmark, String what, double value, String unit, double limit) {
    return new Row(
        benchmark, what, value, unit, Double.NaN, "", "≤ " + number(limit), value <= limit);
  }

  /** A row that stands alone: the value should be at least {@code limit}. */
  static Row atLeast(String benchmark, String what, double value, String unit, double limit) {
    return new Row(
        benchmark, what, value, unit, Double.NaN, "", "≥ " + number(limit), value >= limit);
  }

  /** A row that has no target. */
  static Row untargeted(String benchmark, String what, double value, String unit) {
    return new Row(benchmark, what, value, unit, Double.NaN, "", "", true);
  }

  /** A row whose ratio to an alternative should be at most {@code limit}. */
  Row beside(double other, String alternative, double limit) {
    return beside(other, alternative, "≤ ", limit, value / other <= limit);
  }

  /** A row whose ratio to an alternative should be at least {@code limit}. */
  Row besideAtLeast(double other, String alternative, double limit) {
    return beside(other, alternative, "≥ ", limit, value / other >= limit);
  }

  private Row beside(
      double other, String alternative, String relation, double limit, boolean holds) {
    String wanted = relation + number(limit) + "×";
    return new Row(benchmark, what, value, unit, other, alternative, wanted, holds);
  }

  /** A row with an alternative for comparison; the target stays on the value alone. */
  Row comparedWith(double other, String alternative) {
    return new Row(benchmark, what, value, unit, other, alternative, target, met);
  }

  /** The row in one line, for who follows the run. */
  String sentence() {
    return "%s: %s: %s %s%s%s"
        .formatted(
            benchmark,
            what,
            number(value),
            unit,
            alternative.isEmpty()
                ? ""
                : ", %s of %s %s".formatted(ratio(), number(beside), alternative),
            target.isEmpty() ? "" : " (" + target + ": " + (met ? "met" : "missed") + ")");
  }

  /** {@code 1.23×}; empty without an alternative. */
  String ratio() {
    return Double.isNaN(beside) ? "" : String.format(Locale.ROOT, "%.2f×", value / beside);
  }

  /** Three significant digits or all whole ones. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    double size = Math.abs(value);
    int decimals = size >= 100 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
