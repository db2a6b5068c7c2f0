package dev.sluice.cli.past;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.convert.Row;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptIdentitiesTest {
  private static final List<Change<ClusterRecord>> LOG =
      List.of(identity("app=a", 256), identity("app=b", 257));

  private static Change<ClusterRecord> identity(String label, int number) {
    var record = new ClusterRecord.Identity(number, LabelSet.parse(List.of("k8s:" + label)));
    return Change.upsert(ClusterRecord.Identity.class, record.key(), record);
  }

  private static Row<ClusterRecord> row(long position, String label, int number) {
    return new Row.Changed<>(position, identity(label, number));
  }

  private static Row<ClusterRecord> removed(long position, String label) {
    return new Row.Changed<>(
        position, Change.remove(ClusterRecord.Identity.class, "k8s:" + label + ";"));
  }

  private static Row<ClusterRecord> mark(long position) {
    return new Row.Marked<>(position, 0, "");
  }

  @SafeVarargs
  private static KeptIdentities kept(Row<ClusterRecord>... rows) {
    KeptIdentities kept = KeptIdentities.empty();
    List.of(rows).forEach(kept::take);
    return kept;
  }

  @Test
  void theSameNumbersAtTheMarkAreNoDifference() {
    KeptIdentities.Comparison found =
        kept(row(3, "app=a", 256), row(5, "app=b", 257), mark(7)).compare(LOG);
    assertEquals(new KeptIdentities.Comparison(2, 7, List.of()), found);
  }

  @Test
  void anotherNumberDiffers() {
    assertEquals(
        List.of("identity of k8s:app=b; is kept as 300, and the log says 257"),
        kept(row(3, "app=a", 256), row(5, "app=b", 300), mark(7)).compare(LOG).mismatches());
  }

  @Test
  void oneThatIsMissingDiffers() {
    assertEquals(
        List.of("identity of k8s:app=b; is not kept, and the log says 257"),
        kept(row(3, "app=a", 256), mark(7)).compare(LOG).mismatches());
    assertEquals(
        List.of("identity of k8s:app=b; is not kept, and the log says 257"),
        kept(row(3, "app=a", 256), row(5, "app=b", 257), mark(7), removed(-1, "app=b"))
            .compare(LOG)
            .mismatches());
  }

  @Test
  void oneThatTheLogDoesNotMakeDiffers() {
    assertEquals(
        List.of("identity of k8s:app=c; is kept as 258, and the log says nothing"),
        kept(row(3, "app=a", 256), row(5, "app=b", 257), row(6, "app=c", 258), mark(7))
            .compare(LOG)
            .mismatches());
  }

  @Test
  void aTopicThatWasEmptiedDiffers() {
    assertEquals(
        new KeptIdentities.Comparison(
            0,
            KeptIdentities.NO_MARK,
            List.of(
                "topic identities has no mark, so that nothing in it counts, and the log gives"
                    + " numbers to 2 label sets")),
        kept().compare(LOG));
    assertEquals(
        new KeptIdentities.Comparison(0, KeptIdentities.NO_MARK, List.of()),
        kept().compare(List.of()));
  }

  @Test
  void whatIsBeingWrittenIsNoDifference() {
    KeptIdentities kept =
        kept(
            row(3, "app=a", 256),
            row(5, "app=b", 257),
            mark(7),
            row(8, "app=c", 258),
            removed(8, "app=b"));
    assertEquals(new KeptIdentities.Comparison(1, 7, List.of()), kept.compare(LOG));
  }

  @Test
  void whatComesTooLateSaysNothing() {
    KeptIdentities kept =
        kept(row(3, "app=a", 256), row(5, "app=b", 257), mark(7), row(4, "app=b", 256));
    assertEquals(new KeptIdentities.Comparison(2, 7, List.of()), kept.compare(LOG));
  }

  @Test
  void theFirstMarkIsWaitedForAWhile() {
    int[] polls = {0};
    long poll = Duration.ofMillis(200).toNanos();
    KeptIdentities kept = kept();
    KeptIdentities.await(
        kept,
        () -> {
          if (++polls[0] == 3) {
            kept.take(mark(0));
          }
          return 0;
        },
        () -> polls[0] * poll);
    assertEquals(3, polls[0]);
    polls[0] = 0;
    KeptIdentities.await(kept(), () -> polls[0]++, () -> polls[0] * poll);
    assertEquals(KeptRevisions.PATIENCE.toNanos() / poll, polls[0]);
  }
}
