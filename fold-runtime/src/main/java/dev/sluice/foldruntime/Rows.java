package dev.sluice.foldruntime;

import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** What all rows have in common: a field {@code position}. */
final class Rows {
  private static final String POSITION = "position";

  private Rows() {}

  /** -1 when the row has no position. */
  static long position(SpecificRecord row) {
    Schema.Field field = row.getSchema().getField(POSITION);
    return field == null ? -1 : (Long) row.get(field.pos());
  }

  /** Whether two rows of one key say the same, whatever they are true for; null says removed. */
  static boolean saySame(SpecificRecord one, SpecificRecord other) {
    if (one == null || other == null) {
      return one == other;
    }
    for (Schema.Field field : one.getSchema().getFields()) {
      if (!field.name().equals(POSITION)
          && !Objects.equals(one.get(field.pos()), other.get(field.pos()))) {
        return false;
      }
    }
    return true;
  }

  /** The same row, true for another position. */
  static SpecificRecord at(long position, SpecificRecord row) {
    SpecificRecord copy =
        (SpecificRecord)
            org.apache.avro.specific.SpecificData.getForClass(row.getClass())
                .deepCopy(row.getSchema(), row);
    copy.put(row.getSchema().getField(POSITION).pos(), position);
    return copy;
  }
}
