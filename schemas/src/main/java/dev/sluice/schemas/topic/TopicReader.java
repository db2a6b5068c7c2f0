package dev.sluice.schemas.topic;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads one topic, compacted or not, from a place of the caller's choice to its present end, and
 * then follows it. It has no group, commits nothing and remembers its place only while it lives.
 * Stepped by hand: {@link #poll} reads once; there is no thread inside.
 *
 * <p>For one thread, except {@link #wakeup()}.
 *
 * @param <V> class of the values
 */
public final class TopicReader<V extends SpecificRecord> implements AutoCloseable {
  /** The header of tombstones that says for which position the key was removed. */
  private static final String POSITION_HEADER = "position";

  private static final long CONTACT_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Duration CONTACT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * One record.
   *
   * @param value null: the key is removed
   * @param timestampMillis as Kafka has it, ms since 1970
   * @param removedAt of a tombstone whose writer said so: the position it is true for; else -1
   */
  public record Entry<V>(
      int partition, long offset, String key, V value, long timestampMillis, long removedAt) {}

  private final Topic<V> topic;
  private final String name;
  private final Deserializer<String> keys;
  private final Deserializer<V> values;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final LongSupplier nanoClock;
  private long lastContactNanos;

  private TopicReader(
      Topic<V> topic,
      String name,
      TopicSerdes serdes,
      KafkaConsumer<byte[], byte[]> consumer,
      List<PartitionInfo> partitions,
      LongSupplier nanoClock) {
    this.topic = topic;
    this.name = name;
    this.keys = serdes.keys(topic).deserializer();
    this.values = serdes.values(topic).deserializer();
    this.consumer = consumer;
    this.nanoClock = nanoClock;
    this.partitions =
        partitions.stream().map(found -> new TopicPartition(name, found.partition())).toList();
    consumer.assign(this.partitions);
    this.lastContactNanos = nanoClock.getAsLong();
    seekToBeginning();
  }

  /**
   * Opens a topic at its first record; seek from there.
   *
   * @throws IllegalStateException when the topic does not exist
   */
  public static <V extends SpecificRecord> TopicReader<V> open(
      Settings settings, TopicSerdes serdes, Topic<V> topic) {
    return open(settings, serdes, topic, System::nanoTime);
  }

  static <V extends SpecificRecord> TopicReader<V> open(
      Settings settings, TopicSerdes serdes, Topic<V> topic, LongSupplier nanoClock) {
    return open(topic, topic.name(settings), settings, serdes, false, nanoClock);
  }

  /**
   * As {@link #open(Settings, TopicSerdes, Topic)}, for whoever looks now and then: see {@link
   * #look}.
   */
  public static <V extends SpecificRecord> TopicReader<V> openForLooks(
      Settings settings, TopicSerdes serdes, Topic<V> topic) {
    return open(topic, topic.name(settings), settings, serdes, true, System::nanoTime);
  }

  private static <V extends SpecificRecord> TopicReader<V> open(
      Topic<V> topic,
      String name,
      Settings settings,
      TopicSerdes serdes,
      boolean forLooks,
      LongSupplier nanoClock) {
    KafkaConsumer<byte[], byte[]> consumer =
        KafkaClients.newConsumer(settings, "reader-" + name, forLooks);
    try {
      List<PartitionInfo> partitions = consumer.partitionsFor(name);
      if (partitions.isEmpty()) {
        throw new IllegalStateException(
            "there is no topic " + name + ": start the process that writes it first");
      }
      return new TopicReader<>(topic, name, serdes, consumer, partitions, nanoClock);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** The header a writer puts on a tombstone, so that readers can tell a late one. */
  public static Header removedAt(long position) {
    return new RecordHeader(
        POSITION_HEADER, ByteBuffer.allocate(Long.BYTES).putLong(position).array());
  }

  public Topic<V> topic() {
    return topic;
  }

  public TopicReader<V> seekToBeginning() {
    consumer.beginningOffsets(partitions).forEach(consumer::seek);
    return this;
  }

  public TopicReader<V> seekToEnd() {
    endOffsets().forEach(consumer::seek);
    return this;
  }

  /** Continues a topic of one partition at an offset. */
  public TopicReader<V> seek(long offset) {
    consumer.seek(only(), offset);
    return this;
  }

  /** Goes to the first record of every partition that is not older than a time, or to the end. */
  public TopicReader<V> seekToTime(long timestampMillis) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, timestampMillis));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    Map<TopicPartition, Long> ends = endOffsets();
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp place = found.get(partition);
      consumer.seek(partition, place == null ? ends.get(partition) : place.offset());
    }
    return this;
  }

  /** Whether what is read next is the first record that each partition still has. */
  public boolean isAtBeginning() {
    return consumer.beginningOffsets(partitions).entrySet().stream()
        .allMatch(first -> consumer.position(first.getKey()) <= first.getValue());
  }

  /** Goes back from the end of every partition by {@code count} offsets, if it has so many. */
  public TopicReader<V> seekBack(long count) {
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
    endOffsets()
        .forEach(
            (partition, end) ->
                consumer.seek(partition, Math.max(starts.get(partition), end - count)));
    return this;
  }

  /** The first offset that a topic of one partition still has. */
  public long beginningOffset() {
    return consumer.beginningOffsets(partitions).get(only());
  }

  /** The offset after the last record of a topic of one partition. */
  public long endOffset() {
    return endOffsets().get(only());
  }

  /** The offset that a topic of one partition is read at next. */
  public long nextOffset() {
    return consumer.position(only());
  }

  /**
   * Reads on to the end that the topic has now; returns how many records that was. Waits for as
   * long as the brokers need.
   *
   * @throws ResyncNeededException as {@link #poll}
   */
  public long readToEnd(Consumer<? super Entry<V>> sink) {
    return readToEnd(sink, reached -> true);
  }

  /**
   * As {@link #readToEnd(Consumer)}, and says after each poll how far that is: all records are
   * handed over whose timestamp is less than {@code reached} is told (ms since 1970; the largest
   * number at the end), as far as a partition has them in the order of time. Where it answers
   * false, the rest is not read.
   */
  public long readToEnd(Consumer<? super Entry<V>> sink, LongPredicate reached) {
    Map<TopicPartition, Long> ends = endOffsets();
    Map<Integer, Long> last = new HashMap<>();
    long count = 0;
    boolean more = true;
    while (more && partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      count +=
          poll(
              Duration.ofMillis(200),
              entry -> {
                last.put(entry.partition(), entry.timestampMillis());
                sink.accept(entry);
              });
      more =
          reached.test(
              partitions.stream()
                  .filter(p -> consumer.position(p) < ends.get(p))
                  .mapToLong(p -> last.getOrDefault(p.partition(), Long.MIN_VALUE))
                  .min()
                  .orElse(Long.MAX_VALUE));
    }
    return count;
  }

  /** Reads all that is left to the present end, in order. */
  public List<Entry<V>> readToEnd() {
    List<Entry<V>> entries = new ArrayList<>();
    readToEnd(entries::add);
    return entries;
  }

  /**
   * Reads once: waits up to {@code timeout} for a record, hands over all that came, and returns
   * their number. Safe to call while the brokers are away: it returns 0.
   *
   * @throws ResyncNeededException when records may have been missed; the next poll reads from the
   *     beginning
   * @throws UnreadableRecordException when a record cannot be decoded, naming its place
   * @throws RegistryException when the registry did not say what a record is: read again from a
   *     place before it
   */
  public int poll(Duration timeout, Consumer<? super Entry<V>> sink) {
    ConsumerRecords<byte[], byte[]> records = poll(timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      sink.accept(decode(record));
    }
    return records.count();
  }

  /**
   * Hands over what was there at the look before, asks for what is there now, and waits for
   * nothing; returns how many records that was. For a reader {@link #openForLooks}: none of its
   * questions waits at the brokers, where a new record is answered to each in turn, so it takes
   * nothing from those who wait for the same record.
   *
   * @throws ResyncNeededException and others as {@link #poll}
   */
  public int look(Consumer<? super Entry<V>> sink) {
    int count = poll(Duration.ZERO, sink);
    // An answer without records was taken: only the next poll asks again.
    return count > 0 ? count : poll(Duration.ZERO, sink);
  }

  /** Takes a record's value as it is in the topic. */
  @FunctionalInterface
  public interface BytesSink {
    /** What it throws of {@link SerializationException} is said with the record's place. */
    void accept(long offset, byte[] value);
  }

  /** As {@link #poll(Duration, Consumer)}, for whoever decodes the values himself. */
  public int pollBytes(Duration timeout, BytesSink sink) {
    ConsumerRecords<byte[], byte[]> records = poll(timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        sink.accept(record.offset(), record.value());
      } catch (SerializationException | RegistryException e) {
        throw unreadable(record, e);
      }
    }
    return records.count();
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(timeout);
    } catch (OffsetOutOfRangeException e) {
      seekToBeginning();
      throw new ResyncNeededException(
          "topic %s no longer has offset %s".formatted(name, e.offsetOutOfRangePartitions()));
    }
    noteContact(!records.isEmpty());
    return records;
  }

  /** Ends a {@link #poll} that waits, with a WakeupException; from any thread. */
  public void wakeup() {
    consumer.wakeup();
  }

  /** Refuses to go on after a silence in which tombstones may have come and gone. */
  private void noteContact(boolean received) {
    long silence = nanoClock.getAsLong() - lastContactNanos;
    if (!received && silence < CONTACT_NANOS) {
      return;
    }
    if (!received) {
      try {
        consumer.endOffsets(partitions, CONTACT_TIMEOUT);
      } catch (TimeoutException e) {
        return;
      }
    }
    lastContactNanos = nanoClock.getAsLong();
    if (topic.cleanup() == Topic.Cleanup.COMPACT
        && silence > Topics.TOMBSTONES_KEPT.toNanos() / 2) {
      seekToBeginning();
      throw new ResyncNeededException(
          "topic %s was out of reach for %d h".formatted(name, silence / 3_600_000_000_000L));
    }
  }

  private Entry<V> decode(ConsumerRecord<byte[], byte[]> record) {
    try {
      Header removedAt = record.headers().lastHeader(POSITION_HEADER);
      return new Entry<>(
          record.partition(),
          record.offset(),
          keys.deserialize(name, record.key()),
          values.deserialize(name, record.value()),
          record.timestamp(),
          removedAt == null ? -1 : ByteBuffer.wrap(removedAt.value()).getLong());
    } catch (SerializationException | RegistryException | BufferUnderflowException e) {
      throw unreadable(record, e);
    }
  }

  private static RuntimeException unreadable(
      ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
    return UnreadableRecordException.of(record, failure)
        .map(RuntimeException.class::cast)
        .orElse(failure);
  }

  private Map<TopicPartition, Long> endOffsets() {
    return consumer.endOffsets(partitions);
  }

  private TopicPartition only() {
    if (partitions.size() != 1) {
      throw new IllegalStateException(name + " has " + partitions.size() + " partitions, not one");
    }
    return partitions.getFirst();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
