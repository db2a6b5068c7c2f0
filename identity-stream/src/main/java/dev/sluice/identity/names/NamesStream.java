package dev.sluice.identity.names;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.NameFindings;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds answers into names, on a thread of its own:
 *
 * <pre>
 *   dns.answers ──┐                 ┌─► fqdns
 *   desired ──────┴──► NamesFold ───┼─► dns.answers (PASSED, when something ends by itself)
 *   fqdns (read back) ─►            └─► diagnostics
 * </pre>
 *
 * Of several instances the one that the group gives topic dns.answers works, the others stand by. A
 * life begins with what topic fqdns holds, and what policies say now, and goes on after its mark.
 * It goes on reading what it writes, and writes again what another instance, paused past its
 * session, wrote over it.
 */
public final class NamesStream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamesStream.class);
  private static final List<Topic<?>> TOPICS =
      List.of(Topics.DNS_ANSWERS, Topics.FQDNS, Topics.DESIRED, Topics.DIAGNOSTICS);
  private static final Duration POLL = Duration.ofMillis(25);
  private static final long TIDY_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long COUNTS_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PASSED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How often to look whether the topics are there. */
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);

  /** How often topic fqdns is read back; nobody waits for it. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration LEAVE = Duration.ofSeconds(3);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Consumer<Throwable> broken;
  private final Thread thread;
  private volatile boolean closing;
  private boolean assigned;
  private NamesFold fold;
  private RowsReadBack readBack;

  /**
   * @param broken told of a record that cannot be folded: the process ends
   */
  public NamesStream(Settings settings, TopicSerdes serdes, Consumer<Throwable> broken) {
    this.settings = settings;
    this.serdes = serdes;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("names").unstarted(this::run);
  }

  public NamesStream start() {
    thread.start();
    return this;
  }

  private void run() {
    while (!closing) {
      try {
        prepare();
        live();
      } catch (ResyncNeededException e) {
        LOG.warn("names start again: {}", e.getMessage());
      } catch (org.apache.kafka.common.errors.InterruptException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        if (!closing && !isTheWorlds(e)) {
          LOG.error("names cannot be folded", e);
          broken.accept(e);
          return;
        }
        if (!closing) {
          LOG.warn(
              "{}: {}", isLoss(e) ? "names start again" : "names wait for the brokers", text(e));
          java.util.concurrent.locks.LockSupport.parkNanos(RETRY.toNanos());
        }
      }
    }
  }

  /**
   * Whether trying again may help: brokers or the registry are away, and no record is at fault. A
   * consumer puts what its listener throws into an exception of its own.
   */
  static boolean isTheWorlds(RuntimeException failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SerializationException) {
        return false;
      }
      if (each instanceof RegistryException registry) {
        return registry.unavailable();
      }
    }
    return failure instanceof KafkaException;
  }

  /** Whether a topic is not what it was, and a new life begins with what there is. */
  private static boolean isLoss(RuntimeException failure) {
    return failure instanceof UnknownTopicOrPartitionException
        || failure instanceof OffsetOutOfRangeException;
  }

  /** A consumer hides in an exception of its own what its listener throws. */
  private static String text(RuntimeException failure) {
    return failure.getCause() instanceof KafkaException cause
        ? cause.getMessage()
        : failure.getMessage();
  }

  private void prepare() {
    try (Admin admin = KafkaClients.newAdmin(settings, "names")) {
      TopicCatalogue.ensure(admin, settings, TOPICS);
    }
    serdes.register(TOPICS);
  }

  private void live() {
    try (KafkaConsumer<byte[], byte[]> answers = consumer();
        TopicReader<DesiredRow> desired = TopicReader.open(settings, serdes, Topics.DESIRED);
        TopicReader<FqdnRow> rows = TopicReader.openForLooks(settings, serdes, Topics.FQDNS);
        NamesOutput output = NamesOutput.open(settings, serdes)) {
      assigned = false;
      fold = null;
      answers.subscribe(
          List.of(Topics.DNS_ANSWERS.name(settings)), new Assignment(answers, desired, rows));
      long tidied = System.nanoTime();
      long counted = tidied;
      long passed = tidied;
      long looked = tidied;
      long checked = tidied;
      while (!closing) {
        output.check();
        if (System.nanoTime() - checked > CHECK_NANOS) {
          checkTopics(answers);
          checked = System.nanoTime();
        }
        var records = answers.poll(POLL);
        if (!assigned) {
          continue;
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          take(record);
        }
        desired.poll(Duration.ZERO, entry -> fold.desired(row(entry)));
        write(output, fold.drain(), !records.isEmpty());
        output.findings(fold.findings());
        long now = System.nanoTime();
        if (now - passed > PASSED_NANOS && fold.nextMillis() <= System.currentTimeMillis()) {
          passed = now;
          output.event(new DnsEvent.Passed(System.currentTimeMillis()));
        }
        if (now - tidied > TIDY_NANOS) {
          tidied = now;
          write(output, fold.tidy(), false);
        }
        if (now - counted > COUNTS_NANOS) {
          counted = now;
          output.findings(fold.counts());
        }
        if (now - looked > LOOK_NANOS) {
          looked = rows.look(this::readBack) == 0 ? now : looked;
          repair(output);
        }
      }
    }
  }

  private void write(NamesOutput output, List<Change<FqdnRecord>> changes, boolean moved) {
    if (!changes.isEmpty()) {
      readBack.written(fold.rowPosition(), changes);
      output.rows(fold.rowPosition(), changes);
    }
    if (moved || !changes.isEmpty()) {
      output.mark(fold.position(), fold.counted());
    }
  }

  /** Whether somebody deleted a topic of ours, which no reader and no writer would ever tell. */
  private void checkTopics(KafkaConsumer<byte[], byte[]> answers) {
    for (Topic<?> topic : List.of(Topics.DNS_ANSWERS, Topics.FQDNS)) {
      List<PartitionInfo> partitions;
      try {
        partitions = answers.partitionsFor(topic.name(settings), CHECK_TIMEOUT);
      } catch (TimeoutException e) {
        return; // the brokers are away
      }
      if (partitions.isEmpty()) {
        throw new UnknownTopicOrPartitionException(
            "topic %s was deleted; it is made anew".formatted(topic.name(settings)));
      }
    }
  }

  private void readBack(TopicReader.Entry<FqdnRow> entry) {
    readBack.read(DnsRecords.fromAvro(entry.key(), entry.value(), entry.removedAt()));
  }

  private void repair(NamesOutput output) {
    List<Change<FqdnRecord>> repairs = readBack.repairs();
    if (!repairs.isEmpty()) {
      LOG.warn("names wrote {} rows again that something had overwritten", repairs.size());
      write(output, repairs, false);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    DnsAnswer value;
    try {
      value =
          serdes
              .values(Topics.DNS_ANSWERS)
              .deserializer()
              .deserialize(record.topic(), record.value());
    } catch (SerializationException e) {
      throw UnreadableRecordException.of(record, e).<RuntimeException>map(named -> named).orElse(e);
    }
    DnsRecords.fromAvro(value).ifPresent(event -> fold.answer(record.offset(), event));
  }

  /** Restores when the group gives the work to this instance. */
  private final class Assignment implements ConsumerRebalanceListener {
    private final KafkaConsumer<byte[], byte[]> answers;
    private final TopicReader<DesiredRow> desired;
    private final TopicReader<FqdnRow> rows;

    private Assignment(
        KafkaConsumer<byte[], byte[]> answers,
        TopicReader<DesiredRow> desired,
        TopicReader<FqdnRow> rows) {
      this.answers = answers;
      this.desired = desired;
      this.rows = rows;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      assigned &= partitions.isEmpty();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      restore(rows);
      desired.seekToBeginning().readToEnd(entry -> fold.desired(row(entry)));
      TopicPartition partition = partitions.iterator().next();
      CountedAnswers.Beginning beginning =
          fold.begin(
              answersId(),
              answers.beginningOffsets(partitions).get(partition),
              answers.endOffsets(partitions).get(partition));
      if (!beginning.trouble().isEmpty()) {
        LOG.warn("topic {} {}", partition.topic(), beginning.trouble());
      }
      answers.seek(partition, beginning.offset());
      assigned = true;
      LOG.info("names go on with record {} of {}", beginning.offset(), partition.topic());
    }
  }

  private String answersId() {
    try (Admin admin = KafkaClients.newAdmin(settings, "names")) {
      return TopicCatalogue.id(admin, settings, Topics.DNS_ANSWERS);
    }
  }

  private void restore(TopicReader<FqdnRow> rows) {
    RestoredRows restored = new RestoredRows();
    rows.seekToBeginning()
        .readToEnd(
            entry ->
                restored.take(
                    DnsRecords.fromAvro(entry.key(), entry.value(), entry.removedAt()),
                    entry.value() == null ? null : entry.value().getCounted()));
    fold = new NamesFold(settings, restored, told());
    readBack = new RowsReadBack(fold);
    restored.late().forEach(readBack::read);
  }

  /** What a former life has said of policies; what it counted is counted anew. */
  private Collection<NameFinding> told() {
    Map<String, NameFinding> told = new HashMap<>();
    try (TopicReader<Diagnostic> reader = TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
      reader.readToEnd(
          entry -> {
            told.remove(entry.key());
            if (entry.value() != null && entry.value().getWriter().equals(NamesOutput.WRITER)) {
              told.put(entry.key(), NameFindings.fromAvro(entry.value()));
            }
          });
    }
    return told.values();
  }

  private static Row<dev.sluice.core.desired.DesiredRecord> row(
      TopicReader.Entry<DesiredRow> entry) {
    return DesiredRecords.fromAvro(entry.key(), entry.value(), entry.removedAt());
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> properties = KafkaClients.consumer(settings, "names");
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG,
        settings.text(Setting.TOPIC_PREFIX) + "identity-stream-names");
    properties.put(
        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
        (int) settings.duration(Setting.STREAM_SESSION_TIMEOUT).toMillis());
    properties.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        (int) settings.duration(Setting.STREAM_SESSION_TIMEOUT).toMillis() / 3);
    // The heartbeat's thread wakes up this often.
    properties.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 100);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    // By itself it leaves the group, and another instance need not wait for its session to end.
    if (!thread.join(LEAVE)) {
      thread.interrupt(); // it waits for brokers that are away
      thread.join(LEAVE);
    }
  }
}
