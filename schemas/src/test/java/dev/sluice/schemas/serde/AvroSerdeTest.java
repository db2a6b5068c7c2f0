package dev.sluice.schemas.serde;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.Backend;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.SampleRecords;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.registry.SchemaText;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records to bytes and back, and the bytes themselves. */
class AvroSerdeTest {
  private final MemoryRegistry registry = new MemoryRegistry();
  private final TopicSerdes serdes = new TopicSerdes(registry, Settings.defaults());

  static Stream<Topic<?>> topics() {
    return Topics.all().stream();
  }

  @ParameterizedTest
  @MethodSource("topics")
  <V extends SpecificRecord> void everyValueComesBack(Topic<V> topic) {
    List<V> samples = SampleRecords.of(topic, 200, 42);
    AvroSerde<V> serde = serdes.values(topic);
    for (V sample : samples) {
      byte[] bytes = serde.serializer().serialize("ignored", sample);
      assertEquals(sample, serde.deserializer().deserialize("ignored", bytes));
    }
  }

  @Test
  void aTombstoneStaysOne() {
    assertNull(serdes.values(Topics.DESIRED).serializer().serialize("t", null));
    assertNull(serdes.values(Topics.DESIRED).deserializer().deserialize("t", null));
  }

  @Test
  void theBytesAreConfluents() {
    registry.register("other", Schema.create(Schema.Type.LONG));
    byte[] key = serdes.keys(Topics.ADDRESSES).serializer().serialize("t", "mark");
    assertEquals("00 00000002 08 6d61726b", spaced(key, 1, 5, 6));

    AddressRow row = new AddressRow(5L, new Mark(5L, 300L, "ab"));
    byte[] value = serdes.values(Topics.ADDRESSES).serializer().serialize("t", row);
    // magic, schema 3, position 5, union branch 1 (Mark), position 5, revision 300, hash "ab"
    assertEquals("00 00000003 0a 02 0a d804 046162", spaced(value, 1, 5, 6, 7, 8, 10));
    assertEquals(3, WireFormat.schemaId(value));
  }

  @Test
  void largeIdsFillFourBytes() {
    byte[] record = new byte[WireFormat.HEADER_BYTES];
    WireFormat.putHeader(record, 0x8A0B0C0D);
    assertArrayEquals(HexFormat.of().parseHex("008a0b0c0d"), record);
    assertEquals(0x8A0B0C0D, WireFormat.schemaId(record));
  }

  @Test
  void otherBytesAreRefused() {
    for (String hex : new String[] {"", "00", "00000001", "0100000001", "7b7d"}) {
      byte[] bytes = HexFormat.of().parseHex(hex);
      assertThrows(SerializationException.class, () -> WireFormat.schemaId(bytes), hex);
    }
    byte[] cut = HexFormat.of().parseHex("00000000010a");
    AvroDeserializer<AddressRow> deserializer = serdes.values(Topics.ADDRESSES).deserializer();
    serdes.values(Topics.ADDRESSES).serializer().register();
    SerializationException refused =
        assertThrows(SerializationException.class, () -> deserializer.deserialize("t", cut));
    assertEquals(
        "sluice.addresses-value: cannot read 6 bytes written with schema 1", refused.getMessage());
  }

  @Test
  void aReaderOfTodayReadsAWriterOfYesterday() {
    // Revision came later: yesterday's Mark had none.
    Schema yesterday =
        SchemaText.parse(
            """
            {"type":"record","name":"AddressRow","namespace":"dev.sluice.schemas","fields":[
             {"name":"position","type":"long"},
             {"name":"entry","type":[{"type":"record","name":"Mark","fields":[
               {"name":"position","type":"long"}]}]}]}\
            """);
    int id = registry.register("sluice.addresses-value", yesterday);
    byte[] bytes = HexFormat.of().parseHex("00%08x0a000a".formatted(id));
    assertEquals(
        new AddressRow(5L, new Mark(5L, 0L, "")),
        serdes.values(Topics.ADDRESSES).deserializer().deserialize("t", bytes));
  }

  @Test
  void aRowOfTopicDesiredIsResolvedToo() {
    // Hints came later: yesterday's Backend had none, and was the first of the entries.
    Schema yesterday =
        SchemaText.parse(
            """
            {"type":"record","name":"DesiredRow","namespace":"dev.sluice.schemas","fields":[
             {"name":"position","type":"long"},
             {"name":"entry","type":[{"type":"record","name":"Backend","fields":[
               {"name":"group","type":"int"},
               {"name":"address","type":"string"},
               {"name":"port","type":"int"},
               {"name":"ready","type":"boolean"}]}]}]}\
            """);
    int id = registry.register("sluice.desired-value", yesterday);
    byte[] bytes = HexFormat.of().parseHex("00%08x0a00060261a00101".formatted(id));
    assertEquals(
        new DesiredRow(5L, new Backend(3, "a", 80, true, "", List.of(), List.of())),
        serdes.values(Topics.DESIRED).deserializer().deserialize("t", bytes));
  }

  @Test
  void aRowOfTopicDesiredThatIsCutOffIsRefused() {
    AvroSerde<DesiredRow> values = serdes.values(Topics.DESIRED);
    for (DesiredRow row : SampleRecords.of(Topics.DESIRED, 50, 7)) {
      byte[] whole = values.serializer().serialize("t", row);
      byte[] cut = Arrays.copyOf(whole, whole.length - 1);
      assertThrows(SerializationException.class, () -> values.deserializer().deserialize("t", cut));
    }
  }

  @Test
  void registeringSetsTheRuleOfEverySubject() {
    Settings settings = Settings.defaults().with(Setting.TOPIC_PREFIX, "other.");
    new TopicSerdes(registry, settings).registerAll();
    for (Topic<?> topic : Topics.all()) {
      for (String subject : List.of(topic.keySubject(settings), topic.valueSubject(settings))) {
        assertEquals(Optional.of("BACKWARD_TRANSITIVE"), registry.compatibility(subject));
        assertEquals(1, registry.latest(subject).orElseThrow().version(), subject);
      }
    }
    assertEquals("other.flows-value", Topics.FLOWS.valueSubject(settings));
  }

  @Test
  void schemasGoOutWithoutJavasHints() {
    serdes.registerAll();
    for (Topic<?> topic : Topics.all()) {
      String text =
          registry
              .latest(topic.valueSubject(Settings.defaults()))
              .orElseThrow()
              .schema()
              .toString();
      assertEquals(-1, text.indexOf("avro.java.string"), text);
    }
  }

  private static String spaced(byte[] bytes, int... cuts) {
    StringBuilder text = new StringBuilder(HexFormat.of().formatHex(bytes));
    for (int i = cuts.length - 1; i >= 0; i--) {
      text.insert(2 * cuts[i], ' ');
    }
    return text.toString();
  }
}
