package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** Topics in memory, with compaction on request, and the snapshots of one stream. */
final class SimulatedTopics implements TopicPages, SnapshotShelf {
  private final Map<Topic<?>, TreeMap<Long, InputRecord>> logs = new HashMap<>();
  private final Map<Topic<?>, Long> ends = new HashMap<>();
  private Image image;

  void append(Topic<?> topic, String key, SpecificRecord value, long removedAt) {
    long offset = end(topic);
    ends.put(topic, offset + 1);
    log(topic).put(offset, new InputRecord(topic, offset, key, value, removedAt));
  }

  void append(OutputRow row) {
    append(row.topic(), row.key(), row.value(), row.value() == null ? row.position() : -1);
  }

  long end(Topic<?> topic) {
    return ends.getOrDefault(topic, 0L);
  }

  /** The first record at or after an offset. */
  Optional<InputRecord> next(Topic<?> topic, long from) {
    var entry = log(topic).ceilingEntry(from);
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  /**
   * Forgets, of the records before an offset, all but the last of each key, and tombstones too. As
   * with real topics, nothing is forgotten that a living instance has not read yet.
   */
  void compact(Topic<?> topic, long upTo) {
    Set<String> seen = new HashSet<>();
    for (InputRecord record :
        List.copyOf(log(topic).headMap(upTo, false).descendingMap().values())) {
      if (!seen.add(record.key()) || record.value() == null) {
        log(topic).remove(record.offset());
      }
    }
  }

  /** The last value of each key; removed ones are left out. */
  Map<String, SpecificRecord> table(Topic<?> topic) {
    Map<String, SpecificRecord> table = new TreeMap<>();
    for (InputRecord record : log(topic).values()) {
      if (record.value() == null) {
        table.remove(record.key());
      } else {
        table.put(record.key(), record.value());
      }
    }
    return table;
  }

  @Override
  public long read(Topic<?> topic, long from, Consumer<InputRecord> sink) {
    new ArrayList<>(log(topic).tailMap(from).values()).forEach(sink);
    return end(topic);
  }

  @Override
  public long readLast(Topic<?> topic, long count, Consumer<InputRecord> sink) {
    return read(topic, Math.max(0, end(topic) - count), sink);
  }

  /** Rows are handed over by the simulated instance, in an order of its own. */
  @Override
  public TopicTail follow(Map<Topic<?>, Long> from) {
    return TopicTail.NONE;
  }

  @Override
  public long beginning(Topic<?> topic) {
    return 0;
  }

  @Override
  public Optional<Image> latest(String stream) {
    return Optional.ofNullable(image);
  }

  @Override
  public void save(Image newest) {
    image = newest;
  }

  @Override
  public void tellOutcomes() {
    // an image is always taken
  }

  private TreeMap<Long, InputRecord> log(Topic<?> topic) {
    return logs.computeIfAbsent(topic, unused -> new TreeMap<>());
  }
}
