/**
 * The dataplane of one node as Java sees it: entries, endpoints, events and connections go in and
 * out as values; what they look like in the kernel's maps stays in here. The C side is {@code
 * src/main/bpf}; that both agree is checked against BTF whenever the dataplane is opened. It must
 * not know policies, topics or where its entries come from.
 */
package dev.sluice.node.kernel;
