package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a stream: it restores the fold, brings the outputs in line, and then folds record by
 * record. Stepped by hand; it knows topics only through its ports. For one thread.
 *
 * <p>Restoring, on the first step, in this order:
 *
 * <ol>
 *   <li>the newest snapshot, at position Q;
 *   <li>the own outputs, to their ends: M is the position that all marks have reached;
 *   <li>the inputs after Q, to their ends. Groups up to max(M, Q) are there already and are only
 *       compared; groups after it are written.
 * </ol>
 *
 * From then on a record that was read while restoring is skipped when the stream delivers it, and
 * the outputs are read back now and then.
 */
final class FoldEngine {
  private static final Logger LOG = LoggerFactory.getLogger(FoldEngine.class);

  /** How much of the end of a log of rows may have been added by several instances in turn. */
  private static final int LAST_ROWS = 256;

  /**
   * How often the outputs are looked at, once all of them was read. Nobody waits for it, and who
   * reads each row as it comes takes the processor from those who wait for the row.
   */
  private static final long LOOK_EVERY_MILLIS = 1_000;

  /** Sends rows; those of one topic keep their order. */
  interface RowWriter {
    /** Takes a row, which may wait for others. */
    void add(OutputRow row);

    /** No row that was taken waits any longer. */
    void handOver();
  }

  private final Derivation derivation;
  private final TopicPages pages;
  private final SnapshotShelf shelf;
  private final RowWriter writer;
  private final Runnable onReady;
  private final Runnable onChange;
  private final SnapshotPace pace;
  private final Map<Topic<?>, OwnOutput> outputs = new LinkedHashMap<>();
  private final Map<Topic<?>, Long> readTo = new HashMap<>();
  private Map<Topic<?>, Map<String, InputRecord>> lastRows = new HashMap<>();
  private long present = -1;
  private TopicTail echo = TopicTail.NONE;
  private long nextLook;
  private long changedMillis;
  private boolean changed;
  private boolean restored;
  private boolean compared;
  private boolean announced;

  /**
   * @param onReady called once, when the outputs are in line with the log as it was at the start
   * @param onChange called for every row that is written; not for marks, which also tell of records
   *     that change nothing
   */
  FoldEngine(
      Derivation derivation,
      TopicPages pages,
      SnapshotShelf shelf,
      Duration snapshotInterval,
      RowWriter writer,
      Runnable onReady,
      Runnable onChange) {
    this.derivation = derivation;
    this.pages = pages;
    this.shelf = shelf;
    this.writer = writer;
    this.onReady = onReady;
    this.onChange = onChange;
    this.pace = new SnapshotPace(snapshotInterval);
    for (Output output : derivation.outputs()) {
      outputs.put(
          output.topic(),
          output.keeping() == Output.Keeping.APPENDED ? new OutputLog() : new OutputTable(output));
    }
  }

  /** Takes one record of an input; what no row of it needs is done behind them. */
  void accept(InputRecord record) {
    take(record);
    writer.handOver();
    catchUp(record);
  }

  /** Takes one record of an input, or one that was read back. */
  private void take(InputRecord record) {
    restoreOnce();
    if (record.offset() < readTo.getOrDefault(record.topic(), 0L)) {
      return;
    }
    readTo.put(record.topic(), record.offset() + 1);
    OwnOutput own = outputs.get(record.topic());
    if (own == null) {
      fold(record);
      compareOnce(derivation.position());
      announce();
    } else {
      own.read(record);
      if (!compared && lastRows.containsKey(record.topic())) {
        lastRows.get(record.topic()).put(record.key(), record);
      }
    }
  }

  /** Reads back, repairs, takes a snapshot when it is time; called every few milliseconds. */
  void tick(long nowMillis) {
    look(nowMillis);
    writer.handOver();
  }

  private void look(long nowMillis) {
    restoreOnce();
    if (nowMillis >= nextLook && echo.poll(this::take) == 0) {
      nextLook = nowMillis + LOOK_EVERY_MILLIS;
    }
    if (!compared) {
      return;
    }
    repair();
    if (changed) {
      changed = false;
      changedMillis = nowMillis;
    }
    long position = derivation.position();
    if (pace.due(nowMillis, position, nowMillis - changedMillis)) {
      pace.hold(nowMillis, image());
    }
    // Only what has been read back may be started from: rows behind a snapshot are not made again.
    pace.ready(held -> outputs.values().stream().allMatch(own -> own.confirmed(held)))
        .ifPresent(shelf::save);
    shelf.tellOutcomes();
  }

  /** Ends this life. */
  void close() {
    echo.close();
  }

  /** The image to start the next life from; empty before anything was folded. */
  Optional<SnapshotShelf.Image> lastImage() {
    return compared && derivation.position() > pace.lastPosition()
        ? Optional.of(image())
        : Optional.empty();
  }

  private SnapshotShelf.Image image() {
    return new SnapshotShelf.Image(
        derivation.name(), derivation.position(), derivation.format(), derivation.image());
  }

  private void restoreOnce() {
    if (restored) {
      return;
    }
    long start = System.nanoTime();
    long snapshot = restoreSnapshot();
    long marked = readOutputs();
    present = Math.max(snapshot, marked);
    for (Topic<?> input : derivation.inputs()) {
      boolean log = input.equals(Topics.K8S_OBJECTS);
      long end = pages.read(input, log ? snapshot + 1 : 0, this::foldAgain);
      readTo.put(input, end);
      if (log && end <= present) {
        throw new FoldStoppedException(
            "%s: %s ends at %d, but what was made from it says %d: it is another log; use another topic.prefix"
                .formatted(derivation.name(), input, end, present));
      }
    }
    restored = true;
    Map<Topic<?>, Long> ends = new LinkedHashMap<>(readTo);
    ends.keySet().retainAll(outputs.keySet());
    echo = pages.follow(ends);
    compareOnce(derivation.position());
    LOG.info(
        "{} restored in {} ms: snapshot at {}, outputs at {}, log at {}",
        derivation.name(),
        (System.nanoTime() - start) / 1_000_000,
        snapshot,
        marked,
        derivation.position());
    announce();
  }

  private long restoreSnapshot() {
    long position = -1;
    Optional<SnapshotShelf.Image> latest = shelf.latest(derivation.name());
    if (latest.isPresent() && latest.get().format() == derivation.format()) {
      derivation.restore(latest.get().bytes());
      position = latest.get().position();
    }
    long beginning = pages.beginning(Topics.K8S_OBJECTS);
    if (beginning > position + 1) {
      throw new FoldStoppedException(
          "%s: %s begins at %d, the last snapshot is of %d: the records between are lost"
              .formatted(derivation.name(), Topics.K8S_OBJECTS, beginning, position));
    }
    pace.took(position);
    for (OutputRow row : derivation.rows()) {
      outputs.get(row.topic()).expect(row);
    }
    return position;
  }

  /** Returns the position that all marks have reached; -1 when a topic has none. */
  private long readOutputs() {
    long marked = Long.MAX_VALUE;
    for (Output output : derivation.outputs()) {
      OwnOutput own = outputs.get(output.topic());
      if (own instanceof OutputTable table) {
        Map<String, InputRecord> rows = new HashMap<>();
        lastRows.put(output.topic(), rows);
        readTo.put(
            output.topic(),
            pages.read(
                output.topic(),
                0,
                record -> {
                  table.read(record);
                  rows.put(record.key(), record);
                }));
        marked = table.grouped() ? Math.min(marked, table.markRead()) : marked;
      } else {
        readTo.put(output.topic(), pages.readLast(output.topic(), LAST_ROWS, own::read));
      }
    }
    return marked == Long.MAX_VALUE ? -1 : marked;
  }

  private void foldAgain(InputRecord record) {
    fold(record);
    catchUp(record);
  }

  private void fold(InputRecord record) {
    for (Group group : groups(record)) {
      if (group.position() <= present) {
        for (OutputRow row : group.rows()) {
          if (outputs.get(row.topic()).expect(row)) {
            write(row);
          }
        }
      } else {
        compareOnce(present);
        group.rows().forEach(this::write);
      }
    }
  }

  private List<Group> groups(InputRecord record) {
    try {
      return derivation.apply(record);
    } catch (RuntimeException e) {
      throw stopped(record, e);
    }
  }

  private void catchUp(InputRecord record) {
    try {
      derivation.catchUp();
    } catch (RuntimeException e) {
      throw stopped(record, e);
    }
  }

  private FoldStoppedException stopped(InputRecord record, RuntimeException cause) {
    return new FoldStoppedException(
        "%s cannot fold topic %s, partition 0, offset %d (%s): %s"
            .formatted(
                derivation.name(),
                record.topic(),
                record.offset(),
                record.key(),
                cause.getMessage()),
        cause);
  }

  /** When the fold has reached what the outputs say: finds what they should not say. */
  private void compareOnce(long position) {
    if (compared || position < present) {
      return;
    }
    compared = true;
    lastRows.forEach((topic, rows) -> ((OutputTable) outputs.get(topic)).compare(rows));
    lastRows = Map.of();
    int repaired = repair(position);
    if (repaired > 0) {
      LOG.info("{} wrote {} rows to bring its outputs in line", derivation.name(), repaired);
    }
  }

  private void announce() {
    if (compared && !announced) {
      announced = true;
      onReady.run();
    }
  }

  private void repair() {
    int repaired = repair(derivation.position());
    if (repaired > 0) {
      LOG.warn(
          "{} wrote {} rows again that something had overwritten", derivation.name(), repaired);
    }
  }

  private int repair(long position) {
    int count = 0;
    for (OwnOutput output : outputs.values()) {
      List<OutputRow> rows = output.repairs(position);
      rows.forEach(this::write);
      count += rows.size();
    }
    return count;
  }

  private void write(OutputRow row) {
    outputs.get(row.topic()).written(row);
    writer.add(row);
    if (!row.isMark()) {
      changed = true;
      onChange.run();
    }
  }
}
