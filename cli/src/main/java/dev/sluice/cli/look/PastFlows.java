package dev.sluice.cli.look;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.topic.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The flows that a topic holds, in the order of time, however many there are: what is asked for is
 * held in memory, not what is read for it. A flow's time is when it was seen, its record's when it
 * was sent, which is never earlier. For one thread.
 */
final class PastFlows {
  /** By how much a record is later than its flow at most, unless the brokers were away. */
  private static final Duration LATE = Duration.ofSeconds(10);

  /** The first look back, and how much further each next one goes. */
  private static final Duration FIRST_LOOK = Duration.ofMinutes(1);

  private static final int FURTHER = 8;

  private static final Comparator<Flow> BY_TIME = Comparator.comparing(Flow::getTime);

  private final TopicReader<Flow> reader;
  private final Predicate<Flow> wanted;
  private final Instant since;

  /**
   * @param since nothing before this is asked for; {@link Instant#EPOCH} for all
   */
  PastFlows(TopicReader<Flow> reader, Predicate<Flow> wanted, Instant since) {
    this.reader = reader;
    this.wanted = wanted;
    this.since = since;
  }

  /** Whether every flow of before {@code end} is in the topic. */
  static boolean isComplete(Instant end, Instant now) {
    return now.isAfter(end.plus(LATE));
  }

  /**
   * The last {@code count} that are wanted, oldest first. Looks back from {@code now}, each time
   * further, until there are enough or the topic has no more: costs what lies behind the first of
   * them, not the topic.
   */
  List<Flow> last(int count, Instant now) {
    if (count <= 0) {
      return List.of();
    }
    for (Duration back = FIRST_LOOK; ; back = back.multipliedBy(FURTHER)) {
      Instant from = back.compareTo(Duration.between(since, now)) < 0 ? now.minus(back) : since;
      reader.seekToTime(from.toEpochMilli());
      boolean whole = from.equals(since) || reader.isAtBeginning();
      PriorityQueue<Flow> last = new PriorityQueue<>(BY_TIME);
      reader.readToEnd(
          entry -> {
            if (entry.value() != null && wanted.test(entry.value())) {
              last.add(entry.value());
              if (last.size() > count) {
                last.remove();
              }
            }
          });
      boolean enough = last.size() == count && !last.peek().getTime().isBefore(from);
      if (whole || enough) {
        List<Flow> flows = new ArrayList<>(last);
        flows.sort(BY_TIME);
        return flows;
      }
    }
  }

  /**
   * Hands over those that are wanted, oldest first, the first {@code count} of them. One that came
   * to the topic very late, since the brokers were away, comes as soon as it is read.
   */
  void each(long count, Consumer<Flow> sink) {
    reader.seekToTime(since.toEpochMilli());
    PriorityQueue<Flow> held = new PriorityQueue<>(BY_TIME);
    AtomicLong given = new AtomicLong();
    reader.readToEnd(
        entry -> {
          if (entry.value() != null && wanted.test(entry.value())) {
            held.add(entry.value());
          }
        },
        reached -> {
          boolean allRead = reached == Long.MAX_VALUE;
          while (!held.isEmpty()
              && given.get() < count
              && (allRead || held.peek().getTime().plus(LATE).toEpochMilli() < reached)) {
            sink.accept(held.remove());
            given.incrementAndGet();
          }
          return given.get() < count;
        });
  }
}
