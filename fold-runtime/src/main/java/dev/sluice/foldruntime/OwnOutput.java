package dev.sluice.foldruntime;

import java.util.List;

/**
 * What a stream knows of one topic it writes: what the topic should hold, what was read of it, what
 * has been written and not been read back yet. For one thread.
 */
sealed interface OwnOutput permits OutputTable, OutputLog {
  /** A record of the topic: at the start all of them, later each as it appears. */
  void read(InputRecord record);

  /** A row that should be there, having been written in an earlier life; true if it is not. */
  boolean expect(OutputRow row);

  /** A row that is being written now. */
  void written(OutputRow row);

  /**
   * The rows that must be written again for the topic to be right.
   *
   * @param position the fold's; rows true for a later one are another instance's, which is ahead
   */
  List<OutputRow> repairs(long position);

  /** Whether all rows up to a position have been read back. */
  boolean confirmed(long position);
}
