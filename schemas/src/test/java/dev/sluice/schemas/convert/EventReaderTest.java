package dev.sluice.schemas.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ReadFields;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.AvroSerde;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** What is read from a record's bytes is what the deserializer and the converter make of it. */
class EventReaderTest {
  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "{\"metadata\":{\"labels\":{\"app\":\"a\"}},\"status\":{\"phase\":\"Running\"}}",
          "{\"status\":{\"phase\":\"Running\"},\"metadata\":{\"name\":\"grün ✓\"}}",
          "{\"spec\":{\"weight\":1.5,\"none\":null}}",
          "not JSON");

  private final MemoryRegistry registry = new MemoryRegistry();
  private final TopicSerdes serdes = new TopicSerdes(registry, Settings.defaults());
  private final AvroSerde<K8sObject> values = serdes.values(Topics.K8S_OBJECTS);
  private final EventReader reader = new EventReader(serdes);

  private static K8sObject record(Random random) {
    List<String> words = List.of("", "a", "Pod", "shop", "grün", "frontend-7d4b9-x2x");
    ObjectEvent.Type[] types = ObjectEvent.Type.values();
    ObjectEvent event =
        new ObjectEvent(
            0,
            types[random.nextInt(types.length)],
            new ObjectKey(
                List.of("Pod", "Node", "Service", "CiliumNetworkPolicy").get(random.nextInt(4)),
                words.get(random.nextInt(words.size())),
                words.get(random.nextInt(words.size()))),
            words.get(random.nextInt(2)),
            words.get(random.nextInt(words.size())),
            Integer.toString(random.nextInt()),
            random.nextLong() / 1_000_000,
            words.get(random.nextInt(words.size())),
            random.nextInt(3),
            random.nextLong(),
            Map.of());
    K8sObject record = ObjectEvents.toAvro(event);
    record.setBody(BODIES.get(random.nextInt(BODIES.size())));
    return record;
  }

  private ObjectEvent slowly(byte[] record, long offset) {
    return ObjectEvents.fromAvro(values.deserializer().deserialize("", record), offset);
  }

  /** Both read the same, or both refuse. */
  private boolean compare(byte[] record, long offset) {
    ObjectEvent expected;
    try {
      expected = slowly(record, offset);
    } catch (RuntimeException refused) {
      Class<?> why = refused.getClass();
      RuntimeException also =
          assertThrows(RuntimeException.class, () -> reader.read(record, offset));
      assertEquals(why, also.getClass());
      return false;
    }
    ObjectEvent read = reader.read(record, offset);
    assertEquals(expected, read);
    assertArrayEquals(expected.head(), read.head());
    assertArrayEquals(CanonicalTree.encode(expected.body()), CanonicalTree.encode(read.body()));
    assertArrayEquals(ReadFields.read(expected), ReadFields.read(read));
    return true;
  }

  @Test
  void recordsAreReadAsTheDeserializerReadsThem() {
    Random random = new Random(20_260_116);
    int read = 0;
    for (int i = 0; i < 5_000; i++) {
      if (compare(values.serializer().serialize("", record(random)), i)) {
        read++;
      }
    }
    assertTrue(read > 3_000, read + " could be read");
  }

  @Test
  void damagedBytesAreReadAsTheDeserializerReadsThem() {
    Random random = new Random(20_260_117);
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] record = values.serializer().serialize("", record(random));
      int length = random.nextInt(4) == 0 ? random.nextInt(record.length + 1) : record.length;
      byte[] damaged = Arrays.copyOf(record, Math.max(5, length));
      for (int edits = random.nextInt(3); edits > 0; edits--) {
        int at = 5 + random.nextInt(Math.max(1, damaged.length - 5));
        if (at < damaged.length) {
          damaged[at] = (byte) random.nextInt(256);
        }
      }
      if (compare(damaged, i)) {
        read++;
      }
    }
    assertTrue(read > 5_000, read + " could be read");
  }

  @Test
  void recordsOfAnotherSchemaAreLeftToTheDeserializer() throws IOException {
    Schema own = K8sObject.getClassSchema();
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : own.getFields()) {
      if (!field.name().equals("who")) {
        fields.add(new Schema.Field(field, field.schema()));
      }
    }
    Schema older = Schema.createRecord(own.getName(), null, own.getNamespace(), false, fields);
    int id = registry.register("older", older);
    K8sObject record = record(new Random(7));
    record.setBody(BODIES.get(2));
    GenericData.Record old = new GenericData.Record(older);
    for (Schema.Field field : older.getFields()) {
      Object value = record.get(own.getField(field.name()).pos());
      old.put(
          field.name(),
          switch (field.name()) {
            case "type" -> new GenericData.EnumSymbol(field.schema(), value);
            case "time" -> record.getTime().toEpochMilli();
            default -> value;
          });
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {0, 0, 0, 0, (byte) id});
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(older).write(old, encoder);
    encoder.flush();
    for (int i = 0; i < 3; i++) {
      assertTrue(compare(bytes.toByteArray(), i));
      assertTrue(compare(values.serializer().serialize("", record), i));
    }
  }

  @Test
  void aRecordThatSaysNothingNewSaysSo() {
    K8sObject record = record(new Random(3));
    record.setKind("Pod");
    record.setType(EventType.MODIFIED);
    record.setBody(BODIES.get(2));
    assertFalse(says(record)); // of a schema that is new the first goes the long way
    assertFalse(says(record));
    assertTrue(says(record));
    record.setResourceVersion("later");
    record.setBody(BODIES.get(2).replace("\"status\":{", "\"status\":{\"probe\":7,"));
    assertTrue(says(record));
    record.setBody(BODIES.get(2).replace("Running", "Failed"));
    assertFalse(says(record));
    assertTrue(says(record));
    record.setWho("somebody else");
    assertFalse(says(record));
    record.setEpoch(record.getEpoch() + 1);
    assertFalse(says(record), "the one before may have been dropped");
    assertTrue(says(record));
    record.setType(EventType.DELETED);
    assertFalse(says(record));
    record.setType(EventType.ADDED);
    assertFalse(says(record));
    assertTrue(says(record));
  }

  @Test
  void onlyTheRecordRightBeforeIsComparedWith() {
    K8sObject one = record(new Random(3));
    one.setKind("Pod");
    one.setType(EventType.MODIFIED);
    one.setBody(BODIES.get(2));
    K8sObject other = K8sObject.newBuilder(one).setUid("another life").build();
    says(one);
    for (int i = 0; i < 3; i++) {
      assertFalse(says(one));
      assertTrue(says(one));
      assertFalse(says(other));
      assertTrue(says(other));
    }
    int id = registry.register("again", withDoc(K8sObject.getClassSchema()));
    byte[] first = values.serializer().serialize("", other);
    first[4] = (byte) id; // the first of a schema goes the long way
    reader.read(first, 1);
    assertFalse(says(other));
    assertTrue(says(other));
  }

  private static Schema withDoc(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    return Schema.createRecord(schema.getName(), "doc", schema.getNamespace(), false, fields);
  }

  /** Whether it was noted that a record says what the one before said. */
  private boolean says(K8sObject record) {
    ObjectEvent event = reader.read(values.serializer().serialize("", record), 1);
    return ((LazyTree) event.body()).isAgain(event);
  }
}
