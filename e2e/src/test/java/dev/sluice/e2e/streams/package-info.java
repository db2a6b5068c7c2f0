/**
 * Both streams as processes over a real broker, without a kernel: killed, doubled, paused past
 * their session, overwritten by a zombie, and given what they cannot read.
 */
package dev.sluice.e2e.streams;
