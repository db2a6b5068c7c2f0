/**
 * Questions about a folder of manifests, answered without a cluster: {@code policy lint}, {@code
 * explain} and {@code matrix}. In go files, out come findings and verdicts. The road from one to
 * the other is {@link dev.sluice.cli.ask.OfflineWorld}; it is the running system's own folds, so
 * that what is said here is what will be enforced. Nothing here speaks to Kafka, and only the
 * engine that asks the kernel needs root.
 */
package dev.sluice.cli.ask;
