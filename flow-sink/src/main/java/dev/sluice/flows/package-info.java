/**
 * The reader of topic flows: Hubble's shapes and filters ({@link dev.sluice.flows.hubble}) and the
 * metrics process.
 *
 * <p>In: topic flows. Out: text and JSON as hubble prints them, Prometheus metrics. It knows
 * nothing of how a flow was seen, and never writes to a topic.
 */
package dev.sluice.flows;
