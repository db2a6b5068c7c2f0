package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;

/**
 * A label set's identity number.
 *
 * @param releaseAtMillis log time at which the number is given up; {@link #IN_USE} while an
 *     endpoint has the labels
 */
public record HeldNumber(int number, LabelSet labels, long releaseAtMillis) {
  public static final long IN_USE = -1;
}
