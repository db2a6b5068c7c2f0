package dev.sluice.schemas.serde;

import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.registry.SchemaRegistry;
import dev.sluice.schemas.registry.SchemaText;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericData.StringType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.Decoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/**
 * Both directions of one subject. Made by {@link TopicSerdes}; thread-safe.
 *
 * @param <T> class of the values
 */
public final class AvroSerde<T> implements Serde<T> {
  static {
    TrustedClasses.declare();
  }

  private final AvroSerializer<T> serializer;
  private final AvroDeserializer<T> deserializer;

  private AvroSerde(AvroSerializer<T> serializer, AvroDeserializer<T> deserializer) {
    this.serializer = serializer;
    this.deserializer = deserializer;
  }

  /** Of a generated class. */
  public static <T extends SpecificRecord> AvroSerde<T> of(
      SchemaRegistry registry, String subject, Class<T> type) {
    SpecificData data = SpecificData.getForClass(type);
    Schema schema = data.getSchema(type);
    return new AvroSerde<>(
        new AvroSerializer<>(
            registry,
            subject,
            SchemaText.portable(schema),
            new SpecificDatumWriter<>(schema, data)),
        new AvroDeserializer<>(registry, subject, writer -> reader(type, writer, schema, data)));
  }

  @SuppressWarnings("unchecked")
  private static <T> DatumReader<T> reader(
      Class<T> type, Schema writer, Schema schema, SpecificData data) {
    return type == DesiredRow.class && DesiredRowReader.reads(writer)
        ? (DatumReader<T>) new DesiredRowReader(data)
        : new SpecificDatumReader<>(writer, schema, data);
  }

  /** Of texts with schema {@code "string"}, as all keys are. */
  public static AvroSerde<String> ofStrings(SchemaRegistry registry, String subject) {
    Schema portable = Schema.create(Schema.Type.STRING);
    Schema schema = Schema.create(Schema.Type.STRING);
    GenericData.setStringType(schema, StringType.String);
    return new AvroSerde<>(
        new AvroSerializer<>(registry, subject, portable, new GenericDatumWriter<>(schema)),
        new AvroDeserializer<>(
            registry,
            subject,
            writer ->
                writer.getType() == Schema.Type.STRING
                    ? new TextReader()
                    : new GenericDatumReader<>(writer, schema)));
  }

  /** Needs no resolution: see {@link DesiredRowReader}. */
  private static final class TextReader implements DatumReader<String> {
    @Override
    public void setSchema(Schema writer) {
      // of texts alone
    }

    @Override
    public String read(String reuse, Decoder in) throws IOException {
      return in.readString();
    }
  }

  @Override
  public AvroSerializer<T> serializer() {
    return serializer;
  }

  @Override
  public AvroDeserializer<T> deserializer() {
    return deserializer;
  }
}
