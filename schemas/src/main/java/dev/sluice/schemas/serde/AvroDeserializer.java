package dev.sluice.schemas.serde;

import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads values in the Confluent wire format: the writer's schema by the id in the record, the
 * reader's schema from the generated class, Avro's resolution between them. Null stays null.
 *
 * <p>Thread-safe.
 *
 * @param <T> class of the values
 */
public final class AvroDeserializer<T> implements Deserializer<T> {
  /** What one thread reuses from record to record. */
  private static final class Scratch<T> {
    private final Map<Integer, DatumReader<T>> readers = new HashMap<>();
    private BinaryDecoder decoder;
  }

  private final SchemaRegistry registry;
  private final String subject;
  private final Function<Schema, DatumReader<T>> readers;
  private final ThreadLocal<Scratch<T>> scratch = ThreadLocal.withInitial(Scratch::new);

  /**
   * @param readers makes a reader for a writer's schema
   */
  AvroDeserializer(
      SchemaRegistry registry, String subject, Function<Schema, DatumReader<T>> readers) {
    this.registry = registry;
    this.subject = subject;
    this.readers = readers;
  }

  @Override
  public T deserialize(String topic, byte[] record) {
    if (record == null) {
      return null;
    }
    int id = WireFormat.schemaId(record);
    Scratch<T> mine = scratch.get();
    DatumReader<T> reader = mine.readers.get(id);
    if (reader == null) {
      reader = readers.apply(writerSchema(id));
      mine.readers.put(id, reader);
    }
    mine.decoder =
        DecoderFactory.get()
            .binaryDecoder(
                record,
                WireFormat.HEADER_BYTES,
                record.length - WireFormat.HEADER_BYTES,
                mine.decoder);
    try {
      return reader.read(null, mine.decoder);
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(
          "%s: cannot read %d bytes written with schema %d".formatted(subject, record.length, id),
          e);
    }
  }

  /** Of a schema that the registry does not have, the record is at fault. */
  private Schema writerSchema(int id) {
    try {
      return registry.schema(id);
    } catch (RegistryException e) {
      if (e.unavailable()) {
        throw e;
      }
      throw new SerializationException(
          "%s: the registry has no schema %d: %s".formatted(subject, id, e.getMessage()), e);
    }
  }
}
