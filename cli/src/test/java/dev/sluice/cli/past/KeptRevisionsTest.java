package dev.sluice.cli.past;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.compile.KeptRevision;
import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.compile.Verification;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** What is just being written is waited for; the clock is the test's, a poll takes 200 ms of it. */
class KeptRevisionsTest {
  private static final long POLL_NANOS = Duration.ofMillis(200).toNanos();
  private static final int POLLS_OF_PATIENCE =
      (int) (KeptRevisions.PATIENCE.toNanos() / POLL_NANOS);

  private int polls;

  private static RevisionMade made(int number) {
    return new RevisionMade(
        number,
        number,
        number,
        new ObjectKey("Pod", "shop", "a"),
        ObjectEvent.Type.ADDED,
        "a.yaml:1",
        "hash" + number,
        number - 1,
        number == 1 ? "" : "hash" + (number - 1),
        "digest",
        List.of(),
        List.of());
  }

  private static KeptRevision kept(int number) {
    RevisionMade one = made(number);
    return new KeptRevision(
        number,
        number,
        number,
        one.cause().toString(),
        one.causeType().name(),
        one.who(),
        one.hash(),
        one.previousRevision(),
        one.previousHash(),
        one.inputDigest(),
        List.of(),
        List.of());
  }

  /** Of three revisions the first is there; the others come, one a poll, when they are said to. */
  private TreeSet<Long> missingWhenOneComes(IntPredicate comes) {
    List<RevisionMade> made = List.of(made(1), made(2), made(3));
    List<KeptRevision> kept = new ArrayList<>(List.of(kept(1)));
    Verification verification =
        KeptRevisions.await(
            () -> Verification.of(kept, made, new Verification.Span(0, 0, 4, 0)),
            () -> {
              polls++;
              if (!comes.test(polls) || kept.size() == 3) {
                return 0;
              }
              kept.add(kept(kept.size() + 1));
              return 1;
            },
            () -> polls * POLL_NANOS);
    assertEquals(verification.missing().isEmpty(), verification.mismatches().isEmpty());
    return new TreeSet<>(verification.missing());
  }

  @Test
  void whatComesMeanwhileIsNoDifference() {
    assertEquals(List.of(), List.copyOf(missingWhenOneComes(poll -> poll >= 3)));
    assertEquals(4, polls, "and nothing is waited for any more");
  }

  @Test
  void whatComesSlowlyIsWaitedForAsLongAsItComes() {
    int slowly = POLLS_OF_PATIENCE - 1;
    assertEquals(List.of(), List.copyOf(missingWhenOneComes(poll -> poll % slowly == 0)));
    assertEquals(2 * slowly, polls);
  }

  @Test
  void whatDoesNotComeIsMissing() {
    assertEquals(List.of(2L, 3L), List.copyOf(missingWhenOneComes(poll -> false)));
    assertEquals(POLLS_OF_PATIENCE, polls);
  }

  @Test
  void whatCameLastMovesTheEndOfPatience() {
    assertEquals(List.of(3L), List.copyOf(missingWhenOneComes(poll -> poll == 10)));
    assertEquals(10 + POLLS_OF_PATIENCE, polls);
  }
}
