package dev.sluice.schemas.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is read ahead comes in order, and so does how reading ended. */
class ReadAheadTest {
  @Test
  void everythingComesInOrder() {
    Iterator<Integer> numbers = IntStream.range(0, 10_000).iterator();
    List<Integer> taken = new ArrayList<>();
    try (ReadAhead<Integer> ahead = ReadAhead.of(() -> next(numbers))) {
      ahead.forEach(taken::add);
    }
    assertEquals(IntStream.range(0, 10_000).boxed().toList(), taken);
  }

  private static List<Integer> next(Iterator<Integer> numbers) {
    if (!numbers.hasNext()) {
      return null;
    }
    int first = numbers.next();
    return first % 3 == 0 || !numbers.hasNext() ? List.of(first) : List.of(first, numbers.next());
  }

  @Test
  void whatTheSourceThrowsComesAfterWhatItGave() {
    IllegalStateException broken = new IllegalStateException("broken");
    Iterator<Integer> numbers = List.of(1, 2).iterator();
    List<Integer> taken = new ArrayList<>();
    try (ReadAhead<Integer> ahead =
        ReadAhead.of(
            () -> {
              if (!numbers.hasNext()) {
                throw broken;
              }
              return List.of(numbers.next());
            })) {
      assertSame(
          broken, assertThrows(IllegalStateException.class, () -> ahead.forEach(taken::add)));
    }
    assertEquals(List.of(1, 2), taken);
  }

  @Test
  void closingEndsASourceThatHasMuchMore() {
    List<Integer> taken = new ArrayList<>();
    try (ReadAhead<Integer> ahead = ReadAhead.of(() -> List.of(1))) {
      assertThrows(
          ArithmeticException.class,
          () ->
              ahead.forEach(
                  one -> {
                    taken.add(one);
                    throw new ArithmeticException();
                  }));
    }
    assertEquals(List.of(1), taken);
  }
}
