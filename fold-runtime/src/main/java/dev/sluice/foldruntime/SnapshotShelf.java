package dev.sluice.foldruntime;

import java.util.Optional;

/** Where streams keep the images they start from. The newest of a stream replaces the others. */
public interface SnapshotShelf {
  /**
   * An image of a fold.
   *
   * @param position offset of the last k8s.objects record in it
   * @param format version of its encoding
   */
  record Image(String stream, long position, int format, byte[] bytes) {}

  /** The newest image of a stream that is whole. */
  Optional<Image> latest(String stream);

  /** Hands an image over; returns at once. A failure is logged: the next one will do. */
  void save(Image image);

  /** Has told what became of the images handed over; returns at once, so a stream may ask often. */
  void tellOutcomes();
}
