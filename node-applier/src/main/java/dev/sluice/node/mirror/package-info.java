/**
 * Topic desired as this node mirrors it: whole groups in, map plans and local pods out. It must not
 * know Kafka, threads, byte layouts or links.
 */
package dev.sluice.node.mirror;
