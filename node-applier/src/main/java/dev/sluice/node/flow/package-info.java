/**
 * Events of the kernel on their way to topic flows and to listening clients: enriched, summed,
 * counted when lost. It must not know how policy is compiled or maps are written.
 */
package dev.sluice.node.flow;
