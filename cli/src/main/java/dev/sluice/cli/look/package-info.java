/** The commands that look: they read topics, nodes' sockets and kernel maps, and change nothing. */
package dev.sluice.cli.look;
