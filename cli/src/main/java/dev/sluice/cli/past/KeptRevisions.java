package dev.sluice.cli.past;

import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.core.compile.KeptRevision;
import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.compile.Verification;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Topic revisions beside what a replay came to. For one thread, once. */
final class KeptRevisions {
  /**
   * How long nothing may come of what policy-stream is about to write: a step takes it
   * milliseconds, and its restart this long at most.
   */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration POLL = Duration.ofMillis(200);

  private final LabTopics topics;

  KeptRevisions(LabTopics topics) {
    this.topics = topics;
  }

  /**
   * Compares all that is kept. What the log makes and the topic does not have is waited for, as
   * long as more of it comes.
   *
   * @param made all that the replay came to, up to {@code end}
   */
  Verification verify(List<RevisionMade> made, LogReplay replay, long end) {
    Verification.Span span =
        new Verification.Span(
            replay.base(),
            replay.first(),
            end,
            System.currentTimeMillis()
                - topics.settings().duration(Setting.HISTORY_WINDOW).toMillis());
    List<KeptRevision> kept = new ArrayList<>();
    try (TopicReader<Revision> reader = topics.reader(Topics.REVISIONS)) {
      reader.readToEnd(entry -> add(entry, kept));
      return await(
          () -> Verification.of(kept, made, span),
          () -> reader.poll(POLL, entry -> add(entry, kept)),
          System::nanoTime);
    } catch (UnreadableRecordException e) {
      throw new Refusal("Something wrote what does not belong there: " + e.getMessage(), e);
    }
  }

  /**
   * Compares again and again until nothing is missing or {@link #PATIENCE} has gone by in which
   * nothing came that was.
   *
   * @param poll waits a moment for more of what is kept; how many records that was
   */
  static Verification await(
      Supplier<Verification> compare, IntSupplier poll, LongSupplier nanoClock) {
    Verification verification = compare.get();
    long since = nanoClock.getAsLong();
    while (!verification.missing().isEmpty()
        && nanoClock.getAsLong() - since < PATIENCE.toNanos()) {
      if (poll.getAsInt() == 0) {
        continue;
      }
      int missing = verification.missing().size();
      verification = compare.get();
      if (verification.missing().size() < missing) {
        since = nanoClock.getAsLong();
      }
    }
    return verification;
  }

  private static void add(TopicReader.Entry<Revision> entry, List<KeptRevision> kept) {
    Revision row = entry.value();
    if (row != null) { // a tombstone removes nothing from a topic that is not compacted
      kept.add(kept(row));
    }
  }

  private static KeptRevision kept(Revision row) {
    return new KeptRevision(
        row.getRevision(),
        row.getPosition(),
        row.getTime().toEpochMilli(),
        row.getCause(),
        row.getCauseType(),
        row.getWho(),
        row.getHash(),
        row.getPreviousRevision(),
        row.getPreviousHash(),
        row.getInputDigest(),
        row.getPoliciesChanged(),
        row.getSubjectsChanged());
  }
}
