package dev.sluice.broker.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.LocalKafka;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's npm client reads records of every topic, with schemas from our registry. */
class ConfluentNpmClientTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  @Timeout(180)
  void itReadsEveryTopic() throws Exception {
    Npm.install();
    try (LocalKafka kafka = LocalKafka.start();
        RegistryClient ours = RegistryClient.of(kafka.settings())) {
      Settings settings = kafka.settings();
      List<WrittenRecords.Fetched> records = WrittenRecords.of(settings);
      StringBuilder lines = new StringBuilder();
      for (WrittenRecords.Fetched record : records) {
        lines.append(record.topic()).append(' ');
        lines.append(HexFormat.of().formatHex(record.value())).append('\n');
      }
      Path file = Files.writeString(directory.resolve("records"), lines);
      List<String> read = Npm.read(settings.required(Setting.SCHEMA_REGISTRY_URL), file);
      assertEquals(records.size(), read.size());
      for (int i = 0; i < records.size(); i++) {
        assertEquals(
            texts(JSON.readTree(generic(ours, records.get(i).value()))),
            texts(JSON.readTree(read.get(i))),
            records.get(i).topic());
      }
    }
  }

  private static String generic(RegistryClient ours, byte[] record) throws Exception {
    Schema schema = ours.schema(ByteBuffer.wrap(record).getInt(1));
    return new GenericDatumReader<>(schema)
        .read(null, DecoderFactory.get().binaryDecoder(record, 5, record.length - 5, null))
        .toString();
  }

  /**
   * How often each text and number stands in a record. Union branches, timestamps and bytes have
   * other forms in JavaScript; what stands in them is compared.
   */
  private static TreeMap<String, Integer> texts(JsonNode node) {
    TreeMap<String, Integer> texts = new TreeMap<>();
    collect("", node, texts);
    return texts;
  }

  private static void collect(String name, JsonNode node, TreeMap<String, Integer> texts) {
    if (name.equals("image") || name.equals("time") || name.equals("firstTime")) {
      return;
    }
    if (node.isContainerNode()) {
      node.properties().forEach(child -> collect(child.getKey(), child.getValue(), texts));
      if (node.isArray()) {
        node.forEach(child -> collect("", child, texts));
      }
    } else {
      texts.merge(node.asText(), 1, Integer::sum);
    }
  }
}
