package dev.sluice.identity.names;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.CountedTopic;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.NameFindings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;

/**
 * What one life of the names writes. Brokers that are away are waited for; a record that they
 * refuse would be a hole in the topic, so {@link #check} then ends the life, and the next one
 * begins with what the topics hold. For one thread.
 */
final class NamesOutput implements AutoCloseable {
  static final String WRITER = "identity-stream";

  /** How long a topic is looked for: it may have been deleted, and the next life makes it anew. */
  private static final Duration MISSING = Duration.ofSeconds(60);

  /**
   * How long what was written may take to arrive at the end: a topic that is gone takes nothing.
   */
  private static final Duration LEAVE = Duration.ofSeconds(3);

  private final Settings settings;
  private final Producer<String, FqdnRow> rows;
  private final Producer<String, DnsAnswer> events;
  private final Producer<String, Diagnostic> findings;
  private final AtomicReference<KafkaException> refused = new AtomicReference<>();

  NamesOutput(
      Settings settings,
      Producer<String, FqdnRow> rows,
      Producer<String, DnsAnswer> events,
      Producer<String, Diagnostic> findings) {
    this.settings = settings;
    this.rows = rows;
    this.events = events;
    this.findings = findings;
  }

  static NamesOutput open(Settings settings, TopicSerdes serdes) {
    return new NamesOutput(
        settings,
        producer(settings, serdes, Topics.FQDNS),
        producer(settings, serdes, Topics.DNS_ANSWERS),
        producer(settings, serdes, Topics.DIAGNOSTICS));
  }

  private static <V extends SpecificRecord> Producer<String, V> producer(
      Settings settings, TopicSerdes serdes, Topic<V> topic) {
    Map<String, Object> properties =
        new HashMap<>(KafkaClients.producer(settings, "names-" + topic.suffix()));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) MISSING.toMillis());
    return new KafkaProducer<>(
        properties, serdes.keys(topic).serializer(), serdes.values(topic).serializer());
  }

  /** Changes of topic fqdns, all true for one position. */
  void rows(long position, List<Change<FqdnRecord>> changes) {
    for (Change<FqdnRecord> change : changes) {
      List<Header> headers =
          change.isRemoval() ? List.of(TopicReader.removedAt(position)) : List.of();
      row(change.key(), DnsRecords.toAvro(position, change), headers);
    }
  }

  /** The mark behind rows. */
  void mark(long position, CountedAnswers counted) {
    CountedTopic of = new CountedTopic(counted.topicId(), counted.from());
    row(Topics.MARK_KEY, DnsRecords.mark(position, of), List.of());
  }

  private void row(String key, FqdnRow row, List<Header> headers) {
    send(rows, new ProducerRecord<>(Topics.FQDNS.name(settings), 0, key, row, headers));
  }

  void event(DnsEvent event) {
    send(
        events,
        new ProducerRecord<>(
            Topics.DNS_ANSWERS.name(settings), DnsRecords.key(event), DnsRecords.toAvro(event)));
  }

  void findings(List<Change<NameFinding>> changes) {
    for (Change<NameFinding> change : changes) {
      send(
          findings,
          new ProducerRecord<>(
              Topics.DIAGNOSTICS.name(settings),
              NameFindings.key(change.key(), WRITER),
              change.isRemoval() ? null : NameFindings.toAvro(change.value(), WRITER)));
    }
  }

  private <V> void send(Producer<String, V> producer, ProducerRecord<String, V> record) {
    producer.send(
        record,
        (written, failure) -> {
          if (failure != null) {
            refused.compareAndSet(
                null,
                new KafkaException(
                    "topic %s did not take %s: %s"
                        .formatted(record.topic(), record.key(), failure.getMessage()),
                    failure));
          }
        });
  }

  /**
   * Looks whether everything that was written arrived, as far as is known.
   *
   * @throws KafkaException naming the first record that did not
   */
  void check() {
    KafkaException first = refused.get();
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() {
    try {
      rows.close(LEAVE);
    } finally {
      try {
        events.close(LEAVE);
      } finally {
        findings.close(LEAVE);
      }
    }
  }
}
