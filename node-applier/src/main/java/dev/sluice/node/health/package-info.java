/**
 * Answers load balancers that ask whether this node has backends of a Service
 * (healthCheckNodePort). In: ports and how many backends each Service has here. Out: HTTP. It must
 * not know topics or the kernel's maps.
 */
package dev.sluice.node.health;
