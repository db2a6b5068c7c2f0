package dev.sluice.schemas.serde;

import dev.sluice.schemas.Address;
import dev.sluice.schemas.Backend;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.FrontendKind;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.Decoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Reads rows of topic desired that were written with our own schema, field by field in its order.
 * Avro's reader, which resolves one schema into another, takes some five times as long in a process
 * that has just begun, and a node reads tens of thousands of rows before it enforces anything. Rows
 * of which there are few are left to it. For one thread.
 */
final class DesiredRowReader implements DatumReader<DesiredRow> {
  private static final Schema OWN = DesiredRow.getClassSchema();
  private static final String OWN_FORM = SchemaNormalization.toParsingForm(OWN);
  private static final List<Schema> ENTRIES = OWN.getField("entry").schema().getTypes();
  private static final FrontendKind[] KINDS = FrontendKind.values();

  private final SpecificData data;
  private final List<DatumReader<?>> others = new ArrayList<>();

  DesiredRowReader(SpecificData data) {
    this.data = data;
    ENTRIES.forEach(entry -> others.add(null));
  }

  /** Whether what was written with a schema has the fields of ours, in their order. */
  static boolean reads(Schema writer) {
    return SchemaNormalization.toParsingForm(writer).equals(OWN_FORM);
  }

  @Override
  public void setSchema(Schema writer) {
    if (!reads(writer)) {
      throw new IllegalArgumentException("not the schema of topic desired: " + writer);
    }
  }

  @Override
  public DesiredRow read(DesiredRow reuse, Decoder in) throws IOException {
    return new DesiredRow(in.readLong(), entry(in.readIndex(), in));
  }

  private Object entry(int index, Decoder in) throws IOException {
    return switch (ENTRIES.get(index).getName()) {
      case "Member" -> new Member(in.readString(), in.readInt());
      case "Mark" -> new Mark(in.readLong(), in.readLong(), in.readString());
      case "Address" -> address(in);
      case "Frontend" -> frontend(in);
      case "Backend" -> backend(in);
      default -> other(index).read(null, in);
    };
  }

  private DatumReader<?> other(int index) {
    DatumReader<?> reader = others.get(index);
    if (reader == null) {
      reader = new SpecificDatumReader<>(ENTRIES.get(index), ENTRIES.get(index), data);
      others.set(index, reader);
    }
    return reader;
  }

  private static Address address(Decoder in) throws IOException {
    return new Address(
        in.readString(),
        in.readInt(),
        in.readString(),
        texts(in),
        in.readLong(),
        in.readString(),
        in.readString(),
        in.readBoolean(),
        in.readInt(),
        in.readString(),
        in.readString());
  }

  private static Frontend frontend(Decoder in) throws IOException {
    return new Frontend(
        in.readInt(),
        in.readString(),
        in.readString(),
        in.readString(),
        KINDS[in.readEnum()],
        in.readString(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readBoolean(),
        in.readInt(),
        texts(in),
        in.readInt());
  }

  private static Backend backend(Decoder in) throws IOException {
    return new Backend(
        in.readInt(),
        in.readString(),
        in.readInt(),
        in.readBoolean(),
        in.readString(),
        texts(in),
        texts(in));
  }

  private static List<String> texts(Decoder in) throws IOException {
    long count = in.readArrayStart();
    if (count == 0) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (; count > 0; count = in.arrayNext()) {
      for (long i = 0; i < count; i++) {
        texts.add(in.readString());
      }
    }
    return texts;
  }
}
