package dev.sluice.foldruntime;

import java.util.List;

/**
 * A topic to which a stream adds rows in the order of positions. Records of one writer keep their
 * order, so all rows up to the last one read are there; rows after it may have been lost with an
 * instance that died, and are written again. A row may come twice, with the same key.
 */
final class OutputLog implements OwnOutput {
  private long lastRead = -1;
  private long lastWritten = -1;

  @Override
  public void read(InputRecord record) {
    lastRead = Math.max(lastRead, record.position());
  }

  @Override
  public boolean expect(OutputRow row) {
    return row.position() > lastRead;
  }

  @Override
  public void written(OutputRow row) {
    lastWritten = Math.max(lastWritten, row.position());
  }

  @Override
  public List<OutputRow> repairs(long position) {
    return List.of();
  }

  @Override
  public boolean confirmed(long position) {
    return lastRead >= lastWritten;
  }
}
