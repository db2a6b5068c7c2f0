package dev.sluice.broker.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.LocalKafka;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryClient;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Confluent's genuine Java client, as Flink shades it, on our registry and our records. */
@Timeout(120)
class ConfluentJavaClientTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static LocalKafka kafka;
  private static CachedSchemaRegistryClient confluent;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
    confluent =
        new CachedSchemaRegistryClient(kafka.settings().required(Setting.SCHEMA_REGISTRY_URL), 100);
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  @Test
  void itReadsEveryTopic() throws Exception {
    Settings settings = kafka.settings();
    Set<String> topics = new HashSet<>();
    try (RegistryClient ours = RegistryClient.of(settings)) {
      for (WrittenRecords.Fetched record : WrittenRecords.of(settings)) {
        topics.add(record.topic());
        assertEquals(tree(read(ours, record.key())), confluentReads(record.key()));
        assertEquals(tree(read(ours, record.value())), confluentReads(record.value()));
      }
    }
    for (Topic<?> topic : Topics.all()) {
      assertTrue(topics.contains(topic.name(settings)), topic::suffix);
      assertEquals(
          confluent.getLatestSchemaMetadata(topic.valueSubject(settings)).getId(),
          latest(topic.valueSubject(settings)));
    }
  }

  @Test
  void itRegistersLooksUpAndIsRefused() throws Exception {
    AvroSchema text = new AvroSchema("{\"type\":\"string\"}");
    int id = confluent.register("java", text);
    assertEquals(id, latest("java"));
    assertEquals(id, confluent.getId("java", text));
    assertEquals(1, confluent.getVersion("java", text));
    assertEquals(List.of(1), confluent.getAllVersions("java"));
    assertTrue(confluent.getAllSubjects().contains("java"));
    assertEquals("BACKWARD_TRANSITIVE", confluent.getCompatibility(null));
    assertEquals("FULL", confluent.updateCompatibility("java", "FULL"));
    AvroSchema number = new AvroSchema("{\"type\":\"long\"}");
    assertFalse(confluent.testCompatibility("java", number));
    RestClientException refused =
        assertThrows(RestClientException.class, () -> confluent.register("java", number));
    assertEquals(409, refused.getErrorCode());
    RestClientException unknown =
        assertThrows(RestClientException.class, () -> confluent.getLatestSchemaMetadata("no such"));
    assertEquals(40401, unknown.getErrorCode());
  }

  private static int latest(String subject) {
    try (RegistryClient ours = RegistryClient.of(kafka.settings())) {
      return ours.latest(subject).orElseThrow().id();
    }
  }

  /** As Confluent's deserializer does it: their client, their Avro. */
  private static JsonNode confluentReads(byte[] record) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(record);
    assertEquals(0, bytes.get());
    AvroSchema schema = (AvroSchema) confluent.getSchemaById(bytes.getInt());
    var decoder =
        org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory.get()
            .binaryDecoder(record, 5, record.length - 5, null);
    Object value =
        new org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader<>(
                schema.rawSchema())
            .read(null, decoder);
    assertTrue(decoder.isEnd());
    return tree(value);
  }

  private static Object read(RegistryClient ours, byte[] record) throws Exception {
    Schema schema = ours.schema(ByteBuffer.wrap(record).getInt(1));
    return new GenericDatumReader<>(schema)
        .read(null, DecoderFactory.get().binaryDecoder(record, 5, record.length - 5, null));
  }

  /** What either Avro prints, as JSON: the order of a map's entries says nothing. */
  private static JsonNode tree(Object value) throws Exception {
    return value instanceof CharSequence text
        ? JSON.getNodeFactory().textNode(text.toString())
        : JSON.readTree(value.toString());
  }
}
