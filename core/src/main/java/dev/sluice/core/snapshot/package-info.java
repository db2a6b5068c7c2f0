/**
 * The bytes of a fold's snapshot: one way to write and to read the values that all of them hold.
 */
package dev.sluice.core.snapshot;
