package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import java.util.List;

/**
 * The pure part of a stream: a fold of core, with its records converted. It reads no clock and
 * writes nothing. Owned by one thread; made anew for every life of the stream.
 */
public interface Derivation {
  /** The stream's name: key of its snapshots. */
  String name();

  /** Topics it reads: those derived from k8s.objects first, k8s.objects last. */
  List<Topic<?>> inputs();

  /** Topics it writes. */
  List<Output> outputs();

  /**
   * Goes back to an image that {@link #image()} gave. Called at most once, before any record.
   *
   * @throws IllegalArgumentException when the image is damaged or of another format
   */
  void restore(byte[] image);

  /** The state, canonical: equal states give equal bytes. */
  byte[] image();

  /** Version of the encoding of {@link #image()}. */
  int format();

  /** Offset of the last k8s.objects record folded; -1 before the first. */
  long position();

  /** All rows that its grouped and keyed outputs hold at its position, marks included. */
  List<OutputRow> rows();

  /**
   * Folds one record; returns the groups that became complete, in order of their positions.
   *
   * @throws RuntimeException on a bug: the process stops, naming the record
   */
  List<Group> apply(InputRecord record);

  /**
   * Does what of the last record's work no row of it needs; asked when its rows are on their way,
   * if at all: otherwise that is done with the next record, and before an image.
   *
   * @throws RuntimeException as {@link #apply}
   */
  default void catchUp() {}
}
