/**
 * The DNS proxy of a node: questions that policies allow go to the server that the pod chose, in
 * the pod's name; answers come back in the server's name, once what they teach is in the kernel.
 * What may pass and what is learned is decided in {@code dev.sluice.core.dns}.
 */
package dev.sluice.node.proxy.dns;
