package dev.sluice.core.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    assertEquals(Optional.of(256), numbers.acquire(labels("a")));
    assertEquals(Optional.of(257), numbers.acquire(labels("b")));
    assertEquals(Optional.of(256), numbers.acquire(labels("a")));
    numbers.release(labels("a"), 0);
    assertEquals(List.of(), numbers.expire(GRACE));
    numbers.release(labels("a"), 1);
    assertEquals(List.of(), numbers.expire(GRACE));
    assertEquals(List.of(new HeldNumber(256, labels("a"), GRACE + 1)), numbers.expire(GRACE + 1));
    assertEquals(Optional.empty(), numbers.number(labels("a")));
  }

  @Test
  void aNumberGivenUpIsNeverAnothers() {
    numbers.acquire(labels("a"));
    numbers.release(labels("a"), 0);
    numbers.expire(GRACE);
    assertEquals(Optional.of(257), numbers.acquire(labels("b")));
    assertEquals(Optional.of(258), numbers.acquire(labels("c")));
    assertEquals(Optional.empty(), numbers.acquire(labels("d")));
    assertEquals(Optional.empty(), numbers.number(labels("d")));
    numbers.release(labels("d"), 0);
    assertEquals(Optional.of(257), numbers.acquire(labels("b")), "those given go on");
  }

  @Test
  void aNumberInItsGraceIsItsSetsOwn() {
    numbers.acquire(labels("a"));
    numbers.acquire(labels("b"));
    numbers.acquire(labels("c"));
    numbers.release(labels("b"), 0);
    assertEquals(Optional.empty(), numbers.acquire(labels("d")));
    assertEquals(Optional.of(257), numbers.acquire(labels("b")), "its own set gets it back");
    numbers.release(labels("b"), 0);
    numbers.expire(GRACE);
    assertEquals(Optional.empty(), numbers.acquire(labels("b")), "after its grace it is gone");
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
