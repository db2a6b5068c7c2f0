/**
 * A binding to {@code libbpf.so.1} through the foreign function interface: objects, maps, links,
 * the ring buffer, test runs, network namespaces. In go paths, bytes and file descriptors, out come
 * the same; it must not know what a policy or an endpoint is. Failures are {@link
 * dev.sluice.node.bpf.BpfException} with the kernel's errno.
 */
package dev.sluice.node.bpf;
