package dev.sluice.core.dns;

/**
 * Why a set of names is left out on a node.
 *
 * @param subject the identity that would have too many entries in the policy map; 0: all of the
 *     node's together
 * @param needed entries that there would be with the set and those before it
 * @param allowed entries that there may be
 */
public record NoRoom(int subject, long needed, long allowed) {}
