package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Asking only about those that wait and to which a change may matter gives what asking about all of
 * them at every change would give.
 */
class WaitingPoliciesProperties {
  private static final int RECORDS = 300;

  /** How often versions that waited were let in or given up, in one log. */
  private static int compare(long seed) {
    PolicyFold watching = PolicyFold.empty();
    PolicyFold forgetful = PolicyFold.empty().forgetful();
    Set<ObjectKey> waited = new HashSet<>();
    int over = 0;
    int at = 0;
    for (LogBuilder.Entry entry : RandomLog.tight(seed, RECORDS).log().entries()) {
      PolicyStep wanted = forgetful.apply(entry.event(), entry.changes());
      PolicyStep step = watching.apply(entry.event(), entry.changes());
      String where = "record " + at++ + " of seed " + seed;
      assertEquals(forgetful.withoutRoom(), watching.withoutRoom(), where);
      assertEquals(wanted.desired(), step.desired(), where);
      assertEquals(wanted.hash(), step.hash(), where);
      assertEquals(wanted.revisionMade(), step.revisionMade(), where);
      waited.removeAll(watching.withoutRoom());
      over += waited.size();
      waited = new HashSet<>(watching.withoutRoom());
    }
    return over;
  }

  @Property(tries = 30)
  void decidesAsIfAllWereAskedAbout(@ForAll long seed) {
    compare(seed);
  }

  @Test
  void logsLetInWhatWaited() {
    int over = 0;
    for (long seed = 0; seed < 20; seed++) {
      over += compare(seed);
    }
    assertTrue(over >= 50, "only " + over + " versions were let in or given up");
  }

  @Property(tries = 15)
  void aRestartAnywhereChangesNothing(@ForAll long seed) {
    PolicyFold straight = PolicyFold.empty();
    PolicyFold restarted = PolicyFold.empty();
    int at = 0;
    for (LogBuilder.Entry entry : RandomLog.tight(seed, RECORDS).log().entries()) {
      if (at++ % 5 == 0) {
        restarted = PolicyFold.restore(PolicySnapshot.decode(restarted.snapshot().encode()));
      }
      assertEquals(
          straight.apply(entry.event(), entry.changes()),
          restarted.apply(entry.event(), entry.changes()),
          "record " + at + " of seed " + seed);
    }
  }

  /** Who has outgrown its room, or nearly, is found step by step as it would be all at once. */
  private static int outgrown(long seed) {
    PolicyFold fold = PolicyFold.empty();
    int outgrown = 0;
    int at = 0;
    for (LogBuilder.Entry entry : RandomLog.tight(seed, RECORDS).log().entries()) {
      fold.apply(entry.event(), entry.changes());
      List<String> told = room(fold.findings());
      String where = "record " + at++ + " of seed " + seed;
      assertEquals(room(PolicyFold.restore(fold.snapshot()).findingsAfresh()), told, where);
      outgrown += told.size();
    }
    return outgrown;
  }

  private static List<String> room(List<ObjectFinding> findings) {
    return findings.stream()
        .filter(
            one ->
                one.finding().code().equals(RoomCheck.OUTGROWN)
                    || one.finding().code().equals(RoomCheck.NEARLY_FULL))
        .map(one -> one.object() + " " + one.finding().code() + " " + one.finding().message())
        .sorted()
        .toList();
  }

  @Property(tries = 15)
  void whoHasOutgrownItsRoomIsToldAsIfAfresh(@ForAll long seed) {
    outgrown(seed);
  }

  @Test
  void logsHaveSubjectsThatOutgrowTheirRoom() {
    int outgrown = 0;
    for (long seed = 0; seed < 10; seed++) {
      outgrown += outgrown(seed);
    }
    assertTrue(outgrown >= 50, "only " + outgrown + " were told");
  }
}
