/**
 * The pure core: what the cluster is, what each node should enforce, what to write into the kernel,
 * as functions of values. It knows no clock, no IO, no logger, and nothing of Kafka, Kubernetes,
 * Netty or BPF.
 *
 * <pre>
 *   state   = fold(events)            cluster/
 *   desired = compile(state)          policy/, compile/
 *   actions = plan(desired, actual)   node/
 * </pre>
 */
package dev.sluice.core;
