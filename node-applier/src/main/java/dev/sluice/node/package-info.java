/**
 * The process of one node. In: topic desired, requests on the node socket, events of the kernel.
 * Out: kernel maps, links of pods, topics node.status and flows. Here everything is wired, and the
 * kernel facade is fitted to what the parts ask of it; the parts must not know each other beyond
 * their interfaces.
 */
package dev.sluice.node;
