package dev.sluice.node.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DesiredFollowerTest {
  private final AtomicInteger changes = new AtomicInteger();

  /** Its applier is asked when a poll is over, which none is here. */
  private final DesiredFollower.Batches batches =
      new DesiredFollower.Batches(null, changes::incrementAndGet);

  private long offset;

  private void take(String key, DesiredRow row, long removedAt) {
    batches.take(new TopicReader.Entry<>(0, offset++, key, row, 0, removedAt));
  }

  /** Each record of the log moves the mark, also those that change nothing. */
  @Test
  void marksAloneAreNoChange() {
    DesiredRecord.Member member = new DesiredRecord.Member("s", 300);
    batches.begin();
    take(Topics.MARK_KEY, DesiredRecords.mark(3, 1, "h"), -1);
    assertEquals(0, changes.get());
    Change<DesiredRecord> change = Change.upsert(DesiredRecord.Member.class, member.key(), member);
    take(change.key(), DesiredRecords.toAvro(4, change), -1);
    assertEquals(1, changes.get());
    take(change.key(), null, 5);
    assertEquals(2, changes.get());
  }
}
