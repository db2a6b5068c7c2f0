package dev.sluice.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PositionMergeTest {
  private sealed interface Row {}

  private record First(String name) implements Row {}

  private record Second(String name) implements Row {}

  private final PositionMerge<Row> merge =
      PositionMerge.after(List.of(First.class, Second.class), 4);

  private static ObjectEvent event(long offset) {
    ObjectKey key = new ObjectKey("Pod", "ns", "p");
    return new ObjectEvent(
        offset, ObjectEvent.Type.ADDED, key, "v1", "", "", 0, "", 0, 0, Map.of());
  }

  private static Change<Row> first(String name) {
    return Change.upsert(First.class, name, new First(name));
  }

  private static Change<Row> second(String name) {
    return Change.upsert(Second.class, name, new Second(name));
  }

  private static List<String> texts(List<PositionMerge.Group<Row>> groups) {
    return groups.stream()
        .map(
            group ->
                group.event().offset()
                    + group.changes().stream()
                        .map(c -> (c.isRemoval() ? " -" : " +") + c.key())
                        .reduce("", String::concat))
        .toList();
  }

  @Test
  void aRecordWaitsForTheMarkOfEveryKind() {
    assertEquals(List.of(), merge.event(event(5)));
    merge.row(5, first("a"));
    assertEquals(List.of(), merge.mark(First.class, 6));
    merge.row(5, second("b"));
    assertEquals(1, merge.waiting());
    assertEquals(List.of("5 +a +b"), texts(merge.mark(Second.class, 5)));
    assertEquals(5, merge.position());
  }

  @Test
  void rowsThatComeFirstWaitForTheirRecord() {
    merge.row(6, first("a"));
    merge.mark(First.class, 6);
    merge.mark(Second.class, 6);
    assertEquals(List.of("5"), texts(merge.event(event(5))));
    assertEquals(List.of("6 +a"), texts(merge.event(event(6))));
  }

  @Test
  void whatIsNotNewIsIgnored() {
    merge.row(4, first("old"));
    merge.mark(First.class, 9);
    merge.mark(Second.class, 9);
    assertEquals(List.of(), merge.event(event(4)));
    assertEquals(List.of("5"), texts(merge.event(event(5))));
    assertEquals(List.of(), merge.event(event(5)));
    assertEquals(List.of(), merge.mark(Second.class, 2));
    assertEquals(List.of("6"), texts(merge.event(event(6))));
  }

  @Test
  void aGroupIsOrderedAndEachKeyCountsOnce() {
    merge.row(5, second("b"));
    merge.row(5, Change.remove(First.class, "gone"));
    merge.row(5, Change.remove(Second.class, "gone2"));
    merge.row(5, first("z"));
    merge.row(5, first("a"));
    merge.row(5, Change.remove(Second.class, "b"));
    merge.row(5, second("b"));
    merge.event(event(5));
    merge.mark(First.class, 5);
    assertEquals(List.of("5 +a +z +b -gone2 -gone"), texts(merge.mark(Second.class, 5)));
  }

  @Test
  void rowsWithoutARecordOfTheirOwnGoWithTheNext() {
    merge.row(5, first("a"));
    merge.row(6, first("b"));
    merge.mark(First.class, 7);
    merge.mark(Second.class, 7);
    assertEquals(List.of("7 +a +b"), texts(merge.event(event(7))));
  }

  @Test
  void aRecordOfWhichNothingIsMadeWaitsForItsTurnAlone() {
    merge.event(event(5));
    merge.event(event(6));
    merge.event(event(7));
    assertEquals(Optional.empty(), merge.alone(event -> event.offset() == 6));
    merge.row(5, first("a"));
    merge.mark(First.class, 5);
    assertEquals(List.of("5 +a"), texts(merge.mark(Second.class, 5)));
    assertEquals(List.of("6"), texts(merge.alone(event -> event.offset() == 6).stream().toList()));
    assertEquals(Optional.empty(), merge.alone(event -> event.offset() == 6));
    assertEquals(List.of(), merge.mark(First.class, 6));
    assertEquals(List.of(), merge.mark(Second.class, 6));
    assertEquals(6, merge.position());
    assertEquals(1, merge.waiting());
  }

  @Test
  void aMarkOfAnotherKindIsAMistake() {
    PositionMerge<Row> narrow = PositionMerge.after(List.of(First.class), -1);
    assertThrows(IllegalArgumentException.class, () -> narrow.mark(Second.class, 0));
  }
}
