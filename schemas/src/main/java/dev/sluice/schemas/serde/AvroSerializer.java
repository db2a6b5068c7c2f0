package dev.sluice.schemas.serde;

import dev.sluice.schemas.registry.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes values of one subject in the Confluent wire format; null stays null, a tombstone. The
 * schema's id is asked for once, by the first record or by {@link #register()}.
 *
 * <p>Thread-safe. The topic argument of {@link #serialize} is ignored: the subject was given.
 *
 * @param <T> class of the values
 */
public final class AvroSerializer<T> implements Serializer<T> {
  private static final int UNREGISTERED = -1;
  private static final int LARGEST_KEPT_BUFFER = 1 << 20;

  /** What one thread reuses from record to record. */
  private static final class Scratch {
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private BinaryEncoder encoder;
  }

  private static final byte[] NO_HEADER = new byte[WireFormat.HEADER_BYTES];

  private final SchemaRegistry registry;
  private final String subject;
  private final Schema schema;
  private final DatumWriter<T> writer;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
  private volatile int id = UNREGISTERED;

  AvroSerializer(SchemaRegistry registry, String subject, Schema schema, DatumWriter<T> writer) {
    this.registry = registry;
    this.subject = subject;
    this.schema = schema;
    this.writer = writer;
  }

  /** Registers the schema unless that has been done. */
  public int register() {
    if (id == UNREGISTERED) {
      id = registry.register(subject, schema);
    }
    return id;
  }

  @Override
  public byte[] serialize(String topic, T value) {
    if (value == null) {
      return null;
    }
    int schemaId = register();
    Scratch mine = scratch.get();
    mine.bytes.reset();
    mine.bytes.write(NO_HEADER, 0, NO_HEADER.length);
    try {
      mine.encoder = EncoderFactory.get().directBinaryEncoder(mine.bytes, mine.encoder);
      writer.write(value, mine.encoder);
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(subject + ": cannot write " + value, e);
    }
    byte[] record = mine.bytes.toByteArray();
    if (record.length > LARGEST_KEPT_BUFFER) {
      mine.bytes = new ByteArrayOutputStream(1024);
    }
    WireFormat.putHeader(record, schemaId);
    return record;
  }
}
