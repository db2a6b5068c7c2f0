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

  /** The same row, true for another position. Fields are shared: nobody changes a row. */
  static SpecificRecord at(long position, SpecificRecord row) {
    try {
      SpecificRecord copy = row.getClass().getDeclaredConstructor().newInstance();
      for (Schema.Field field : row.getSchema().getFields()) {
        copy.put(field.pos(), row.get(field.pos()));
      }
      copy.put(row.getSchema().getField(POSITION).pos(), position);
      return copy;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a generated class has a public constructor", e);
    }
  }
}
