package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.broker.LocalKafka;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flow number i was seen i minutes after the start and sent up to nine seconds later. */
@Timeout(120)
class PastFlowsTest {
  private static final int FLOWS = 2_000;

  /** Of today: a broker deletes what is older than the topic's retention. */
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  private static final Instant START = NOW.minus(Duration.ofMinutes(FLOWS));

  private static LocalKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
    Settings settings = kafka.settings();
    try (Admin admin = KafkaClients.newAdmin(settings, "test");
        TopicSerdes serdes = TopicSerdes.connect(settings)) {
      TopicCatalogue.ensure(admin, settings, List.of(Topics.FLOWS));
      serdes.register(Topics.FLOWS);
      Random random = new Random(7);
      String topic = Topics.FLOWS.name(settings);
      try (KafkaProducer<String, Flow> producer =
          KafkaClients.newProducer(settings, "test", serdes, Topics.FLOWS)) {
        for (int i = 0; i < FLOWS; i++) {
          Integer partition = random.nextInt(4);
          long sent = minute(i).toEpochMilli() + random.nextInt(9_000);
          producer.send(new ProducerRecord<>(topic, partition, sent, "key" + i, flow(i)));
        }
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  @Test
  void theLastOnesAreFoundHoweverFarBack() {
    assertEquals(numbers(1_995, 2_000), last(5, every(1), Instant.EPOCH));
    assertEquals(List.of(), last(0, every(1), Instant.EPOCH));
    assertEquals(List.of(0, 900, 1_800), last(20, every(900), Instant.EPOCH));
    assertEquals(List.of(900, 1_800), last(2, every(900), Instant.EPOCH));
    assertEquals(List.of(1_800), last(2, every(900), minute(901)));
    assertEquals(numbers(0, 2_000), last(5_000, every(1), Instant.EPOCH));
  }

  @Test
  void allComeInTheOrderOfTimeFromAnyPlace() {
    assertEquals(numbers(0, 2_000), each(Long.MAX_VALUE, every(1), Instant.EPOCH));
    assertEquals(numbers(1_500, 2_000), each(Long.MAX_VALUE, every(1), minute(1_500)));
    assertEquals(List.of(0, 7, 14), each(3, every(7), Instant.EPOCH));
    assertEquals(List.of(), each(0, every(1), Instant.EPOCH));
  }

  private static List<Integer> last(int count, Predicate<Flow> wanted, Instant since) {
    List<Flow> found = new ArrayList<>();
    read(reader -> found.addAll(new PastFlows(reader, wanted, since).last(count, NOW)));
    return found.stream().map(Flow::getSourcePort).toList();
  }

  private static List<Integer> each(long count, Predicate<Flow> wanted, Instant since) {
    List<Flow> found = new ArrayList<>();
    read(reader -> new PastFlows(reader, wanted, since).each(count, found::add));
    return found.stream().map(Flow::getSourcePort).toList();
  }

  private interface Reading {
    void read(TopicReader<Flow> reader);
  }

  private static void read(Reading reading) {
    try (TopicSerdes serdes = TopicSerdes.connect(kafka.settings());
        TopicReader<Flow> reader = TopicReader.open(kafka.settings(), serdes, Topics.FLOWS)) {
      reading.read(reader);
    }
  }

  /** What was seen before the end may come to the topic some seconds after it. */
  @Test
  void nothingMoreComesSomeTimeAfterTheEnd() {
    assertFalse(PastFlows.isComplete(START, START.plusSeconds(1)));
    assertTrue(PastFlows.isComplete(START, START.plusSeconds(11)));
  }

  private static Predicate<Flow> every(int n) {
    return flow -> flow.getSourcePort() % n == 0;
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static Instant minute(int i) {
    return START.plus(Duration.ofMinutes(i));
  }

  private static Flow flow(int i) {
    FlowPeer peer =
        FlowPeer.newBuilder().setIdentity(257).setLabels(Collections.emptyList()).build();
    return Flow.newBuilder()
        .setTime(minute(i))
        .setUuid("flow-" + i)
        .setNode("node-1")
        .setIpVersion(4)
        .setProtocol(6)
        .setTcpFlags(2)
        .setRevision(12)
        .setKind(FlowKind.DROP)
        .setVerdict(Verdict.DROPPED)
        .setDirection(TrafficDirection.INGRESS)
        .setReply(false)
        .setSourceIp("10.0.1.6")
        .setSourcePort(i)
        .setDestinationIp("10.0.2.6")
        .setDestinationPort(8080)
        .setSource(peer)
        .setDestination(peer)
        .build();
  }
}
