/**
 * The step from what is desired to what the kernel holds, and the thread that steps it. In: rows of
 * topic desired, links made and removed. Out: calls to the kernel, views of what is realised. It
 * must not know Kafka clients, sockets or byte layouts.
 */
package dev.sluice.node.apply;
