package dev.sluice.node.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FqdnsFollowerTest {
  private final List<Change<FqdnRecord>> changed = new ArrayList<>();
  private final List<Set<String>> whole = new ArrayList<>();
  private final FqdnsFollower.Names names = new FqdnsFollower.Names(changed::addAll, whole::add);
  private long offset;

  private void take(String key, FqdnRow row, long removedAt) {
    names.take(new TopicReader.Entry<>(0, offset++, key, row, 0, removedAt));
  }

  private static Change<FqdnRecord> set(int number, String selector) {
    NumberedSet set = new NumberedSet(number, new SelectorSet(List.of(selector), 2));
    return Change.upsert(NumberedSet.class, set.key(), set);
  }

  private void take(long position, Change<FqdnRecord> change) {
    take(change.key(), DnsRecords.toAvro(position, change), -1);
  }

  private void mark(long position) {
    take(Topics.MARK_KEY, DnsRecords.mark(position, null), -1);
  }

  @Test
  void whatAZombieWritesLateIsPassedOver() {
    names.begin();
    take(3, set(1, "a"));
    take(3, set(2, "b"));
    mark(3);
    take(5, set(1, "c"));
    mark(5);
    take(3, set(1, "a"));
    take("set/2", null, 4);
    mark(4);
    take(4, set(3, "d"));
    names.polled();
    names.caughtUp();
    assertEquals(List.of(set(1, "a"), set(2, "b"), set(1, "c")), changed);
    assertEquals(List.of(Set.of("set/1", "set/2")), whole);

    take(5, set(4, "e")); // of a policy: no answer came between
    take("set/2", null, 5);
    names.polled();
    assertEquals(set(4, "e"), changed.get(3));
    assertEquals(Change.remove(NumberedSet.class, "set/2"), changed.get(4));

    changed.clear();
    names.begin();
    take(2, set(1, "a"));
    names.polled();
    assertEquals(List.of(set(1, "a")), changed, "the topic is read from its beginning again");
  }
}
