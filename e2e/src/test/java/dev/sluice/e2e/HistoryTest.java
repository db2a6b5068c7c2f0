package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lab.LabHandle;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The log proves what was: kill -9 of the streams changes no revision, hash or number. */
@RequiresKernel
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HistoryTest {
  private static final long SEED = 20261125;
  private static final int ROUNDS = 6;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    lab =
        Lab.up(
            1,
            Manifests.namespace("shop")
                + Manifests.client("backend", "backend", "", "")
                + Manifests.client("frontend", "frontend", "", ""));
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static JsonNode json(String... words) throws IOException {
    Lab.Result result = lab.sluice(words);
    assertEquals(0, result.status(), result.text());
    return MAPPER.readTree(result.text());
  }

  /** Hash by revision. */
  private static SortedMap<Long, String> history() throws IOException {
    SortedMap<Long, String> hashes = new TreeMap<>();
    for (JsonNode one : json("history", "-o", "json")) {
      hashes.put(one.path("revision").asLong(), one.path("hash").asText());
    }
    return hashes;
  }

  /** Number by labels. */
  private static SortedMap<String, Integer> identities() throws IOException {
    SortedMap<String, Integer> numbers = new TreeMap<>();
    for (JsonNode one : json("identity", "list", "-o", "json")) {
      numbers.put(one.path("labels").toString(), one.path("id").asInt());
    }
    return numbers;
  }

  @Test
  @Order(1)
  void streamsThatDieAnywhereChangeNothingThatWas() throws IOException {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      SortedMap<Long, String> hashes = history();
      SortedMap<String, Integer> numbers = identities();
      String component = random.nextBoolean() ? "policy-stream" : "identity-stream";
      String manifests =
          Manifests.allow("policy-" + round, "backend", "app-" + round)
              + Manifests.client("pod-" + round, "app-" + round, "", "");
      CompletableFuture<Lab.Result> apply = apply(manifests);
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(400)).toNanos());
      lab.kill(component);
      lab.start(component);
      Lab.Result applied = apply.join();
      assertEquals(0, applied.status(), "round " + round + ", " + component + applied.text());
      String round1 = "round " + round + ", seed " + SEED + ", killed " + component;
      SortedMap<Long, String> now = history();
      hashes.forEach((revision, hash) -> assertEquals(hash, now.get(revision), round1));
      assertTrue(now.size() > hashes.size(), round1);
      SortedMap<String, Integer> numbersNow = identities();
      numbers.forEach((labels, number) -> assertEquals(number, numbersNow.get(labels), round1));
    }
    JsonNode replay = json("replay", "--verify", "-o", "json");
    assertEquals(history().size(), replay.path("revisions").asInt());
  }

  private static CompletableFuture<Lab.Result> apply(String manifests) throws IOException {
    String file = lab.file(manifests).toString();
    return CompletableFuture.supplyAsync(() -> lab.sluice("lab", "apply", "-f", file));
  }

  @Test
  @Order(2)
  void aPolicyIsAsItWas() throws IOException {
    lab.apply(Manifests.allow("edited", "backend", "frontend"));
    long before = history().lastKey();
    lab.apply(Manifests.allow("edited", "backend", "backend"));
    Lab.Result then = lab.sluice("policy", "at", "" + before, "shop/edited");
    Lab.Result now = lab.sluice("policy", "at", "" + history().lastKey(), "shop/edited");
    assertTrue(then.text().contains("app: frontend"), then.text());
    assertFalse(now.text().contains("app: frontend"), now.text());
    assertEquals(1, lab.sluice("policy", "at", "" + before, "shop/none").status());
    assertEquals(1, lab.sluice("policy", "at", "99999999").status());
    assertEquals(2, lab.sluice("policy", "at", "yesterday").status());
  }

  @Test
  @Order(3)
  void anyMachineFindsARevisionThatIsNotAsTheLogSays() throws Exception {
    JsonNode status = lab.status();
    String[] elsewhere = {
      "replay",
      "--verify",
      "--bootstrap-servers",
      status.path("bootstrapServers").asText(),
      "--registry",
      status.path("registryUrl").asText()
    };
    assertEquals(0, lab.sluice(elsewhere).status());
    Settings settings = settings();
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<Revision> reader = TopicReader.open(settings, serdes, Topics.REVISIONS);
        KafkaProducer<String, Revision> producer =
            KafkaClients.newProducer(settings, "forger", serdes, Topics.REVISIONS)) {
      List<TopicReader.Entry<Revision>> all = reader.readToEnd();
      Revision forged = Revision.newBuilder(all.getLast().value()).setHash("0".repeat(64)).build();
      producer
          .send(new ProducerRecord<>(Topics.REVISIONS.name(settings), all.getLast().key(), forged))
          .get();
    }
    Lab.Result result = lab.sluice(elsewhere);
    assertEquals(1, result.status(), result.text());
    assertTrue(result.text().contains("DIFFERS: revision " + history().lastKey()), result.text());
  }

  @Test
  @Order(4)
  void whoEmptiesTopicIdentitiesIsFound() throws Exception {
    Set<String> emptied = new TreeSet<>();
    lab.kill("identity-stream"); // it would write them again
    try (TopicSerdes serdes = TopicSerdes.connect(settings());
        TopicReader<IdentityRow> reader = TopicReader.open(settings(), serdes, Topics.IDENTITIES);
        KafkaProducer<String, IdentityRow> producer =
            KafkaClients.newProducer(settings(), "forger", serdes, Topics.IDENTITIES)) {
      for (TopicReader.Entry<IdentityRow> entry : reader.readToEnd()) {
        if (!entry.key().equals(Topics.MARK_KEY) && entry.value() != null) {
          emptied.add(entry.key());
          producer.send(
              new ProducerRecord<>(Topics.IDENTITIES.name(settings()), entry.key(), null));
        }
      }
    }
    JsonNode replay = MAPPER.readTree(lab.sluice("replay", "--verify", "-o", "json").text());
    assertFalse(replay.path("verified").asBoolean(), replay::toString);
    assertEquals(0, replay.path("identities").asInt(), replay::toString);
    assertEquals(emptied.size(), replay.path("identityMismatches").size(), replay::toString);
  }

  private static Settings settings() {
    return Settings.defaults()
        .with(
            LabHandle.open(lab.data()).settings().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList());
  }
}
