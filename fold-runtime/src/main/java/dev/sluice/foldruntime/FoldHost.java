package dev.sluice.foldruntime;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What a stream needs of the process it runs in. */
public interface FoldHost {
  TopicPages pages();

  SnapshotShelf shelf();

  /** Least time between two snapshots. */
  Duration snapshotInterval();

  /** The outputs are in line with the log. */
  void ready();

  /** A row follows from a change, and somebody may wait for it. */
  void changed();

  /**
   * The stream ends here, for good or because another instance has its work.
   *
   * @param lastImage what to start from next, once all that was written is known to be there
   */
  void closed(Supplier<Optional<SnapshotShelf.Image>> lastImage);
}
