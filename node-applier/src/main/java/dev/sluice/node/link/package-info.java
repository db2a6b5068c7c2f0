/**
 * Links of pods and of the node: plans of {@code ip} lines as values, and what runs them. In:
 * addresses and namespaces. Out: devices, routes, sysctls. It must not know policy, maps or topics.
 */
package dev.sluice.node.link;
