/**
 * The pure folds, measured without topics: worlds and logs made of a seed, and the processes that
 * fold them. What they print is put beside targets by the benchmarks in {@code dev.sluice.bench}.
 */
package dev.sluice.bench.fold;
