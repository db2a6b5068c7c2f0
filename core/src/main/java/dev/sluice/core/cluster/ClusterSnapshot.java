package dev.sluice.core.cluster;

import dev.sluice.core.log.LogGate;

/**
 * Everything that a {@link ClusterFold} remembers, in canonical order: two folds of one log prefix
 * give equal bytes.
 */
public record ClusterSnapshot(LogGate.State gate) {

  /** The fold's position. */
  public long position() {
    return gate.position();
  }

  public byte[] encode() {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads what {@link #encode()} gave.
   *
   * @throws IllegalArgumentException when the bytes are of another format or damaged
   */
  public static ClusterSnapshot decode(byte[] bytes) {
    throw new UnsupportedOperationException();
  }
}
