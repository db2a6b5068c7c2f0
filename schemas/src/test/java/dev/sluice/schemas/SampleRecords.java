package dev.sluice.schemas;

import dev.sluice.schemas.serde.TrustedClasses;
import dev.sluice.schemas.topic.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Records of any schema, with every field filled and every branch of every union taken in turn. */
public final class SampleRecords {
  private static final String LETTERS = "aZ09-_/.:=é✓ \"\\";

  private final Random random;
  private final Map<String, Integer> branches = new TreeMap<>();

  private SampleRecords(long seed) {
    this.random = new Random(seed);
  }

  /** {@code count} values of a topic; the same seed gives the same ones. */
  public static <V extends SpecificRecord> List<V> of(Topic<V> topic, int count, long seed) {
    TrustedClasses.declare();
    Schema schema = SpecificData.get().getSchema(topic.valueType());
    SampleRecords samples = new SampleRecords(seed);
    List<V> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(specific(schema, samples.value(schema), topic.valueType()));
    }
    return records;
  }

  private static <V extends SpecificRecord> V specific(Schema schema, Object value, Class<V> type) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<Object>(schema).write(value, encoder);
      encoder.flush();
      SpecificDatumReader<V> reader =
          new SpecificDatumReader<>(schema, schema, SpecificData.getForClass(type));
      return reader.read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object value(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericData.Record record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
        yield record;
      }
      case ENUM -> new GenericData.EnumSymbol(schema, oneOf(schema.getEnumSymbols()));
      case ARRAY -> {
        List<Object> items = new ArrayList<>();
        int size = 1 + random.nextInt(3);
        for (int i = 0; i < size; i++) {
          items.add(value(schema.getElementType()));
        }
        yield items;
      }
      case MAP -> {
        Map<String, Object> entries = new TreeMap<>();
        entries.put(text(), value(schema.getValueType()));
        entries.put(text() + "2", value(schema.getValueType()));
        yield entries;
      }
      case UNION -> {
        int turn = branches.merge(schema.toString(), 1, Integer::sum);
        yield value(schema.getTypes().get(turn % schema.getTypes().size()));
      }
      case STRING -> text();
      case BYTES -> {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        yield ByteBuffer.wrap(bytes);
      }
      // The range of dates that all clients can show, and of integers that JavaScript has.
      case LONG -> schema.getLogicalType() == null ? random.nextLong(1L << 53) : timestamp();
      case INT -> random.nextInt();
      case BOOLEAN -> random.nextBoolean();
      case NULL -> null;
      case FLOAT, DOUBLE, FIXED ->
          throw new IllegalArgumentException("no topic has had a " + schema.getType() + " so far");
    };
  }

  private long timestamp() {
    return 1_700_000_000_000L + random.nextInt();
  }

  private String text() {
    int length = random.nextInt(12);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  private <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
