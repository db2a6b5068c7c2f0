package dev.sluice.identity.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.broker.LocalKafka;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What happens to topics under a stream that runs and restarts: rows of topic fqdns that a paused
 * instance writes late, and topic dns.answers deleted and made anew.
 */
@Timeout(180)
class NamesStreamOnBrokerTest {
  private static final IpAddress ADDRESS = IpAddress.parse("192.0.2.1");
  private static final String KEY = "address/" + ADDRESS;
  private static LocalKafka kafka;
  private static int tests;

  private final AtomicReference<Throwable> broken = new AtomicReference<>();
  private Settings settings;
  private Admin admin;
  private TopicSerdes serdes;
  private TopicReader<FqdnRow> reader;
  private KafkaProducer<String, FqdnRow> zombie;
  private KafkaProducer<String, DnsAnswer> node;
  private NamesStream stream;
  private FqdnRow row;
  private long mark = -1;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = LocalKafka.start();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    kafka.close();
  }

  @BeforeEach
  void open() {
    settings = kafka.settings().with(Setting.TOPIC_PREFIX, "test-%d.".formatted(++tests));
    serdes = TopicSerdes.connect(settings);
    admin = KafkaClients.newAdmin(settings, "test");
    makeTopics();
    serdes.register(List.of(Topics.DNS_ANSWERS, Topics.FQDNS));
    reader = TopicReader.open(settings, serdes, Topics.FQDNS);
    zombie = KafkaClients.newProducer(settings, "zombie", serdes, Topics.FQDNS);
    node = KafkaClients.newProducer(settings, "node", serdes, Topics.DNS_ANSWERS);
  }

  @AfterEach
  void close() throws Exception {
    if (stream != null) {
      stream.close();
    }
    node.close();
    zombie.close();
    reader.close();
    serdes.close();
    admin.close();
  }

  private void makeTopics() {
    TopicCatalogue.ensure(admin, settings, List.of(Topics.DNS_ANSWERS, Topics.FQDNS));
  }

  private void start() {
    stream = new NamesStream(settings, serdes, broken::set).start();
  }

  /** An answer of now, with this TTL; returns its place. */
  private long answer(long ttlSeconds) throws Exception {
    DnsEvent event =
        new DnsEvent.Answered(
            System.currentTimeMillis(),
            "node-1",
            "api.example.com",
            Map.of(ADDRESS, ttlSeconds),
            "shop/a",
            "10.0.1.2",
            "10.0.1.77");
    return node.send(
            new ProducerRecord<>(
                Topics.DNS_ANSWERS.name(settings), DnsRecords.key(event), DnsRecords.toAvro(event)))
        .get()
        .offset();
  }

  private void await(String what, BooleanSupplier condition) {
    Consumer<TopicReader.Entry<FqdnRow>> take =
        entry -> {
          if (entry.key().equals(KEY)) {
            row = entry.value();
          } else if (entry.key().equals(Topics.MARK_KEY)) {
            mark = Math.max(mark, entry.value().getPosition());
          }
        };
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(what + ": " + row + ", mark " + mark + ", " + broken.get());
      }
      reader.poll(Duration.ofMillis(50), take);
    }
  }

  private void awaitTtl(String what, long ttlSeconds) {
    await(
        what,
        () ->
            row != null
                && DnsRecords.fromAvro(KEY, row, -1)
                    instanceof Row.Changed<FqdnRecord>(long at, Change<FqdnRecord> change)
                && change.value() instanceof LearnedAddress learned
                && learned.names().getFirst().ttlSeconds() == ttlSeconds);
  }

  /** Returns when it is in the topic, and was read. */
  private void late(FqdnRow stale, long position) throws Exception {
    List<Header> headers = stale == null ? List.of(TopicReader.removedAt(position)) : List.of();
    long offset =
        zombie
            .send(new ProducerRecord<>(Topics.FQDNS.name(settings), 0, KEY, stale, headers))
            .get()
            .offset();
    await("the late row", () -> reader.nextOffset() > offset);
  }

  @Test
  void aLateRowCountsForNothingAndIsWrittenOver() throws Exception {
    start();
    long first = answer(100);
    awaitTtl("learned", 100);
    FqdnRow stale = row;
    assertEquals(first, stale.getPosition());
    long second = answer(200);
    awaitTtl("learned anew", 200);
    await("its mark", () -> mark >= second);

    late(stale, first);
    awaitTtl("written again while it runs", 200);
    late(null, first);
    awaitTtl("kept though a zombie removes it", 200);

    stream.close();
    late(stale, first);
    start();
    awaitTtl("written again by the next life", 200);
    stream.close();
    late(null, first);
    start();
    awaitTtl("put back by the next life", 200);
  }

  private void deleteAnswers() throws Exception {
    String name = Topics.DNS_ANSWERS.name(settings);
    admin.deleteTopics(List.of(name)).all().get();
    await("the topic is gone", () -> !topics().contains(name));
  }

  private Set<String> topics() {
    try {
      return admin.listTopics().names().get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersThatAreMadeAnewWhileNobodyLooksAreCountedOn() throws Exception {
    start();
    answer(100);
    answer(200);
    awaitTtl("learned", 200);
    await("its mark", () -> mark >= 1);
    stream.close();
    deleteAnswers();
    makeTopics();
    assertEquals(0, answer(300));
    start();
    awaitTtl("the first record of the new topic", 300);
    assertEquals(2, row.getPosition(), "no row looks older than the one that it replaces");
    await("its mark", () -> mark >= 2);
    stream.close();
    assertEquals(1, answer(400));
    start();
    awaitTtl("the next life knows", 400);
    assertEquals(3, row.getPosition());
    assertNull(broken.get());
  }

  @Test
  void answersThatAreMadeAnewUnderItAreCountedOn() throws Exception {
    start();
    answer(100);
    answer(200);
    awaitTtl("learned", 200);
    deleteAnswers();
    makeTopics();
    answer(300);
    awaitTtl("learned from the new topic", 300);
    deleteAnswers();
    String name = Topics.DNS_ANSWERS.name(settings);
    await("somebody makes it anew", () -> topics().contains(name));
    answer(400);
    awaitTtl("and reads it", 400);
    assertNull(broken.get());
  }
}
