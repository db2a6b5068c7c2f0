/**
 * The past, asked of the log: {@code history}, {@code policy at} and {@code replay --verify}. They
 * read topics with plain consumers and fold them with the same pure folds as the streams, so that
 * they run on any machine that reaches Kafka and its registry. They write nothing.
 */
package dev.sluice.cli.past;
