package dev.sluice.identity.names;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A stream that writes, the topic it writes to, and somebody else who writes there. */
class RowsReadBackTest {
  private static final IpAddress V4 = IpAddress.parse("192.0.2.1");
  private static final IpAddress V6 = IpAddress.parse("2001:db8::1");

  private final List<Row<FqdnRecord>> topic = new ArrayList<>();
  private NamesFold fold = new NamesFold(Settings.defaults(), new RestoredRows(), List.of());
  private RowsReadBack readBack = new RowsReadBack(fold);
  private int read;

  /** As it comes back from the topic. */
  private static Row<FqdnRecord> row(long position, Change<FqdnRecord> change) {
    long removedAt = change.isRemoval() ? position : -1;
    return DnsRecords.fromAvro(change.key(), DnsRecords.toAvro(position, change), removedAt);
  }

  private List<Change<FqdnRecord>> write() {
    List<Change<FqdnRecord>> changes = fold.drain();
    readBack.written(fold.rowPosition(), changes);
    changes.forEach(change -> topic.add(row(fold.rowPosition(), change)));
    topic.add(DnsRecords.fromAvro("mark", DnsRecords.mark(fold.position(), null), -1));
    return changes;
  }

  private void readTo(int end) {
    topic.subList(read, end).forEach(readBack::read);
    read = end;
  }

  private void selector() {
    DesiredRecord.Selector selector =
        new DesiredRecord.Selector("s", "fqdn:matchPattern: *.example.com", List.of());
    fold.desired(
        new Row.Changed<>(0, Change.upsert(DesiredRecord.Selector.class, "selector/s", selector)));
  }

  private void answer(long offset, long ttl) {
    fold.answer(
        offset,
        new DnsEvent.Answered(
            1_000 * offset,
            "node-1",
            "api.example.com",
            Map.of(V4, ttl, V6, ttl),
            "shop/a",
            "10.0.1.2",
            "10.0.1.77"));
  }

  private static String text(List<Change<FqdnRecord>> changes) {
    StringBuilder text = new StringBuilder();
    changes.forEach(
        change -> text.append(change.isRemoval() ? "-" : "+").append(change.key()).append(' '));
    return text.toString().strip();
  }

  @Test
  void ownRowsAreRecognised() {
    selector();
    answer(3, 100);
    assertEquals(3, write().size(), "a set and two addresses");
    assertEquals(List.of(), readBack.repairs(), "on their way");
    answer(4, 200);
    write();
    readTo(4);
    assertEquals(List.of(), readBack.repairs(), "the older rows were read, the newer are to come");
    readTo(topic.size());
    assertEquals(List.of(), readBack.repairs());
  }

  @Test
  void whatSomebodyElseWroteIsWrittenOver() {
    selector();
    answer(3, 100);
    write();
    List<Row<FqdnRecord>> old = List.copyOf(topic);
    answer(4, 200);
    write();
    readTo(topic.size());
    topic.addAll(old);
    NumberedSet set =
        (NumberedSet) fold.row("set/" + ((LearnedAddress) fold.row("address/" + V4)).identity());
    topic.add(row(3, Change.remove(NumberedSet.class, set.key())));
    NumberedSet foreign = new NumberedSet(set.number() + 9, set.set());
    topic.add(row(3, Change.upsert(NumberedSet.class, foreign.key(), foreign)));
    readTo(topic.size());
    List<Change<FqdnRecord>> repairs = readBack.repairs();
    assertEquals(
        "+" + set.key() + " +address/" + V4 + " +address/" + V6 + " -" + foreign.key(),
        text(repairs));
    readBack.written(fold.rowPosition(), repairs);
    assertEquals(List.of(), readBack.repairs(), "they are on their way");
    repairs.forEach(change -> topic.add(row(fold.rowPosition(), change)));
    readTo(topic.size());
    assertEquals(List.of(), readBack.repairs());
  }

  @Test
  void whoIsAheadIsNotWrittenOver() {
    selector();
    answer(3, 100);
    write();
    readTo(topic.size());
    readBack.read(row(7, Change.remove(LearnedAddress.class, "address/" + V4)));
    assertEquals(List.of(), readBack.repairs(), "we are the one that slept");
    answer(8, 100);
    assertEquals("+address/" + V4, text(readBack.repairs()), "until we are there, too");
  }

  @Test
  void aNewLifePassesOverLateRowsAndRepairsThem() {
    selector();
    answer(3, 100);
    write();
    Row<FqdnRecord> late = topic.get(1);
    answer(4, 200);
    write();
    topic.add(late);
    RestoredRows restored = new RestoredRows();
    topic.forEach(row -> restored.take(row, null));
    FqdnRecord before = fold.row("address/" + V4);
    fold = new NamesFold(Settings.defaults(), restored, List.of());
    readBack = new RowsReadBack(fold);
    restored.late().forEach(readBack::read);
    assertEquals(before, fold.row("address/" + V4));
    assertEquals(4, fold.position());
    assertEquals("+address/" + V4, text(readBack.repairs()));
  }

  @Test
  void rowsAheadOfTheMarkDoNotMakeTheNextLifesLookLate() {
    selector();
    answer(3, 100);
    write();
    answer(5, 200);
    write();
    topic.removeLast(); // killed between the rows and their mark
    RestoredRows restored = new RestoredRows();
    topic.forEach(row -> restored.take(row, null));
    fold = new NamesFold(Settings.defaults(), restored, List.of());
    assertEquals(3, fold.position());
    assertEquals(5, fold.rowPosition());
    answer(4, 300);
    assertEquals(5, fold.rowPosition());
    answer(6, 300);
    assertEquals(6, fold.rowPosition());
  }
}
