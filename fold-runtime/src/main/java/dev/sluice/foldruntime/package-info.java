/**
 * What every stream does around its fold: restores it from a snapshot and the log, reads its own
 * outputs to the end, writes the difference, closes groups with marks, repairs what an instance
 * that no longer owns the work has overwritten, and comes back after the brokers were away. In:
 * records of topics; out: rows of topics. It knows nothing of what a fold decides.
 */
package dev.sluice.foldruntime;
