/**
 * Benchmarks: each measures one promise of the product beside its alternative in the same rounds,
 * and gives a row with the target. {@link dev.sluice.bench.BenchMain} runs those that are named and
 * prints one table. Nothing here asserts a time: a bad row is printed like a good one.
 */
package dev.sluice.bench;
