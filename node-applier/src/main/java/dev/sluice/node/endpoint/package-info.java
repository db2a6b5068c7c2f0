/**
 * The endpoints of this node: links matched with what the log says of their pods; when one opens
 * and closes. In: links made, the mirror. Out: calls to the kernel, views. It must not know topics
 * or sockets.
 */
package dev.sluice.node.endpoint;
