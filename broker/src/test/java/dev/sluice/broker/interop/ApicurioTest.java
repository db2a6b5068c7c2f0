package dev.sluice.broker.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.SampleRecords;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryClient;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our client and serdes on somebody else's registry, Apicurio's Confluent-compatible API. */
@Timeout(120)
class ApicurioTest {
  @TempDir static Path directory;

  private static ApicurioProcess apicurio;

  @BeforeAll
  static void start() throws Exception {
    apicurio = ApicurioProcess.start(freePort(), freePort(), directory.resolve("apicurio.log"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (apicurio != null) {
      apicurio.close();
    }
  }

  @Test
  void serdesOfEveryTopicWorkBetweenTwoProcesses() {
    try (TopicSerdes writer = TopicSerdes.connect(settings());
        TopicSerdes reader = TopicSerdes.connect(settings())) {
      writer.registerAll();
      reader.registerAll();
      Topics.all().forEach(topic -> assertComesBack(topic, writer, reader));
    }
  }

  @Test
  void itsRefusalsAreUnderstood() {
    Schema text = Schema.create(Schema.Type.STRING);
    Schema number = Schema.create(Schema.Type.LONG);
    try (RegistryClient client = RegistryClient.of(settings())) {
      assertEquals(Optional.empty(), client.latest("refusals"));
      int id = client.register("refusals", text);
      client.setCompatibility("refusals", "BACKWARD_TRANSITIVE");
      assertEquals(Optional.of("BACKWARD_TRANSITIVE"), client.compatibility("refusals"));
      assertEquals(id, client.latest("refusals").orElseThrow().id());
      assertTrue(client.compatible("refusals", text));
      assertFalse(client.compatible("refusals", number));
      RegistryException refused =
          assertThrows(RegistryException.class, () -> client.register("refusals", number));
      assertEquals(409, refused.status());
      RegistryException unknown =
          assertThrows(RegistryException.class, () -> client.schema(987_654));
      assertEquals(404, unknown.status());
    }
  }

  private static <V extends SpecificRecord> void assertComesBack(
      Topic<V> topic, TopicSerdes writer, TopicSerdes reader) {
    for (V sample : SampleRecords.of(topic, 10, 3)) {
      byte[] bytes = writer.values(topic).serializer().serialize("t", sample);
      assertEquals(sample, reader.values(topic).deserializer().deserialize("t", bytes));
    }
  }

  private static Settings settings() {
    return Settings.defaults().with(Setting.SCHEMA_REGISTRY_URL, apicurio.url());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
