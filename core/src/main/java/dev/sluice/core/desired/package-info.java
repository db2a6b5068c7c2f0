/**
 * The values of topic desired: what a node mirrors. Written by the compiler, read by {@link
 * dev.sluice.core.node}.
 */
package dev.sluice.core.desired;
