package dev.sluice.identity.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.identity.names.CountedAnswers.Beginning;
import org.junit.jupiter.api.Test;

/** Where the answers go on, whatever became of their topic. */
class CountedAnswersTest {
  private static final CountedAnswers OLD = new CountedAnswers("old", 0);

  @Test
  void theSameTopicGoesOnBehindThePosition() {
    assertEquals(new Beginning(OLD, 8, ""), OLD.after(7, "old", 0, 8));
    assertEquals(new Beginning(OLD, 8, ""), OLD.after(7, "old", 3, 100));
    assertEquals(new Beginning(OLD, 0, ""), CountedAnswers.UNKNOWN.after(-1, "old", 0, 9));
    assertEquals(new Beginning(OLD, 8, ""), CountedAnswers.UNKNOWN.after(7, "old", 0, 9));
  }

  @Test
  void anotherTopicIsCountedOnHoweverLongItIs() {
    for (long end : new long[] {0, 5, 1000}) {
      Beginning anew = OLD.after(7, "new", 0, end);
      assertEquals(new CountedAnswers("new", 8), anew.counted());
      assertEquals(0, anew.offset());
      assertEquals(8, anew.counted().position(anew.offset()));
      assertTrue(anew.trouble().startsWith("was deleted and made anew: "), anew.trouble());
      assertEquals(
          new Beginning(anew.counted(), 3, ""), anew.counted().after(10, "new", 0, end + 3));
    }
  }

  @Test
  void aTopicThatIsShorterThanThePositionSaysIsCountedOn() {
    Beginning unknown = CountedAnswers.UNKNOWN.after(7, "new", 2, 5);
    assertEquals(new CountedAnswers("new", 6), unknown.counted());
    assertEquals(8, unknown.counted().position(unknown.offset()));
    assertTrue(unknown.trouble().startsWith("was deleted and made anew: "), unknown.trouble());
    Beginning cut = OLD.after(7, "old", 0, 5);
    assertEquals(8, cut.counted().position(cut.offset()));
    assertTrue(cut.trouble().startsWith("has lost its last 3 records: "), cut.trouble());
  }

  @Test
  void whatWasNotKeptIsSaid() {
    Beginning late = OLD.after(7, "old", 20, 30);
    assertEquals(OLD, late.counted());
    assertEquals(20, late.offset());
    assertTrue(late.trouble().startsWith("has kept 12 records no longer "), late.trouble());
  }
}
