/**
 * Names: topics dns.answers and desired in, topic fqdns out. What follows from an answer is decided
 * in {@code dev.sluice.core.dns}; what the fold remembers is what topic fqdns holds.
 */
package dev.sluice.identity.names;
