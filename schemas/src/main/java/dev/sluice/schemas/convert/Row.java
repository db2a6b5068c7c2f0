package dev.sluice.schemas.convert;

import dev.sluice.core.log.Change;
import dev.sluice.schemas.Mark;

/**
 * One record of a topic whose rows come in groups closed by marks (identities, endpoints,
 * addresses, desired), as the readers see it.
 *
 * @param <T> the sealed family of values
 */
public sealed interface Row<T> {
  /** Of the k8s.objects record that caused it; -1 for a tombstone that does not say. */
  long position();

  /** A key's new value, or its removal. */
  record Changed<T>(long position, Change<T> change) implements Row<T> {}

  /**
   * Everything caused by k8s.objects up to and including {@code position} has been written before.
   *
   * @param revision policy revision at that position; 0 where the topic carries none
   * @param hash of that revision; empty where the topic carries none
   */
  record Marked<T>(long position, long revision, String hash) implements Row<T> {
    static <T> Marked<T> of(Mark mark) {
      return new Marked<>(mark.getPosition(), mark.getRevision(), mark.getHash());
    }
  }
}
