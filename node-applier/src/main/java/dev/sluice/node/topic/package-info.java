/**
 * The topics at this process: a thread that follows desired, one that writes node.status. In and
 * out: records. It must not know kernel maps.
 */
package dev.sluice.node.topic;
