package dev.sluice.core.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdentityNumbersTest {
  private static final long GRACE = IdentityNumbers.GRACE_MILLIS;

  private final IdentityNumbers numbers = new IdentityNumbers(256, 258);

  private static LabelSet labels(String app) {
    return LabelSet.of(Label.k8s("app", app));
  }

  @Test
  void aSetHasOneNumberHoweverManyHaveIt() {
    assertEquals(256, numbers.acquire(labels("a")));
    assertEquals(257, numbers.acquire(labels("b")));
    assertEquals(256, numbers.acquire(labels("a")));
    numbers.release(labels("a"), 0);
    assertEquals(List.of(), numbers.expire(GRACE));
    numbers.release(labels("a"), 1);
    assertEquals(List.of(), numbers.expire(GRACE));
    assertEquals(List.of(new HeldNumber(256, labels("a"), GRACE + 1)), numbers.expire(GRACE + 1));
    assertEquals(Optional.empty(), numbers.number(labels("a")));
  }

  @Test
  void aNumberGivenUpComesAgainOnlyAfterAllOthers() {
    numbers.acquire(labels("a"));
    numbers.release(labels("a"), 0);
    numbers.expire(GRACE);
    assertEquals(257, numbers.acquire(labels("b")));
    assertEquals(258, numbers.acquire(labels("c")));
    assertEquals(256, numbers.acquire(labels("d")));
  }

  @Test
  void aNumberInItsGraceIsNotFree() {
    numbers.acquire(labels("a"));
    numbers.acquire(labels("b"));
    numbers.acquire(labels("c"));
    numbers.release(labels("b"), 0);
    assertThrows(IllegalStateException.class, () -> numbers.acquire(labels("d")));
    assertEquals(257, numbers.acquire(labels("b")), "its own set gets it back");
    numbers.release(labels("b"), 0);
    numbers.expire(GRACE);
    assertEquals(257, numbers.acquire(labels("d")));
  }

  @Test
  void restoredNumbersGoOnWhereTheyWere() {
    IdentityNumbers first = IdentityNumbers.empty(IdentityScope.PODS);
    first.acquire(labels("a"));
    first.acquire(labels("b"));
    first.release(labels("b"), 7);
    IdentityNumbers again = IdentityNumbers.restore(IdentityScope.PODS, first.next(), first.held());
    again.acquire(labels("a"));
    assertEquals(first.held(), again.held());
    assertEquals(first.expire(GRACE + 7), again.expire(GRACE + 7));
    assertEquals(first.acquire(labels("c")), again.acquire(labels("c")));
  }
}
