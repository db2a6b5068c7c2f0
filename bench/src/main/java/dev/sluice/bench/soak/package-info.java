/**
 * A lab under change for as long as one likes: scenarios change it in turns, and after every step
 * everything that must hold is checked. In: a number of hours and a seed; out: a line a step, and
 * what did not hold.
 *
 * <p>A new scenario is a class that implements {@link dev.sluice.bench.soak.Scenario}, and a line
 * in {@code SoakMain.all()}.
 */
package dev.sluice.bench.soak;
