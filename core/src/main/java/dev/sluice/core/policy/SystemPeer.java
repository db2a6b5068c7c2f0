package dev.sluice.core.policy;

import dev.sluice.core.net.Prefix;

/**
 * Whom Sluice's own pods must reach.
 *
 * @param prefix pods in it are meant too
 * @param port of TCP; 0 for every one
 */
public record SystemPeer(Prefix prefix, int port) {}
