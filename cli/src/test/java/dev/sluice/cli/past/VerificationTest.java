package dev.sluice.cli.past;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Revision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerificationTest {
  private static final ObjectKey CAUSE = new ObjectKey("CiliumNetworkPolicy", "shop", "a");

  private static RevisionMade made(long position, String hash, long before, String hashBefore) {
    return new RevisionMade(
        1000 + position,
        position,
        position * 10,
        CAUSE,
        ObjectEvent.Type.ADDED,
        "a.yaml:1",
        hash,
        before,
        hashBefore,
        "digest" + position,
        List.of(CAUSE.toString()),
        List.of(256));
  }

  private static Revision kept(RevisionMade made) {
    return new Revision(
        made.revision(),
        made.position(),
        Instant.ofEpochMilli(made.timeMillis()),
        made.cause().toString(),
        made.causeType().name(),
        made.who(),
        made.hash(),
        made.previousRevision(),
        made.previousHash(),
        made.inputDigest(),
        made.policiesChanged(),
        made.subjectsChanged());
  }

  private static final List<RevisionMade> MADE =
      List.of(made(5, "aa", 0, ""), made(7, "bb", 1005, "aa"), made(9, "cc", 1007, "bb"));

  private static List<Revision> keptAsMade() {
    return new ArrayList<>(MADE.stream().map(VerificationTest::kept).toList());
  }

  @Test
  void theSameIsTheSame() {
    Verification verification = Verification.of(keptAsMade(), MADE, 0, 10);
    assertEquals(List.of(), verification.mismatches());
    assertEquals(3, verification.verified());
  }

  @Test
  void aRecordWrittenTwiceIsOne() {
    List<Revision> kept = keptAsMade();
    kept.add(kept(MADE.get(1)));
    assertEquals(List.of(), Verification.of(kept, MADE, 0, 10).mismatches());
  }

  @Test
  void anotherHashIsFoundAndBreaksTheChain() {
    List<Revision> kept = keptAsMade();
    kept.set(1, Revision.newBuilder(kept.get(1)).setHash("ff").build());
    Verification verification = Verification.of(kept, MADE, 0, 10);
    assertEquals(
        List.of("chain", "hash"),
        verification.mismatches().stream().map(Verification.Mismatch::what).toList());
    assertEquals(
        List.of(1009L, 1007L),
        verification.mismatches().stream().map(Verification.Mismatch::revision).toList());
    assertEquals(2, verification.verified());
  }

  @Test
  void everyFieldCounts() {
    Revision last = kept(MADE.get(2));
    for (Revision other :
        List.of(
            Revision.newBuilder(last).setWho("b.yaml:1").build(),
            Revision.newBuilder(last).setInputDigest("other").build(),
            Revision.newBuilder(last).setTime(Instant.ofEpochMilli(1)).build(),
            Revision.newBuilder(last).setCauseType("DELETED").build(),
            Revision.newBuilder(last).setPoliciesChanged(List.of()).build(),
            Revision.newBuilder(last).setSubjectsChanged(List.of(257)).build())) {
      List<Revision> kept = keptAsMade();
      kept.set(2, other);
      assertEquals(1, Verification.of(kept, MADE, 0, 10).mismatches().size(), other.toString());
    }
  }

  @Test
  void oneThatNeverWasAndOneThatIsMissingAreFound() {
    List<Revision> kept = keptAsMade();
    kept.remove(1);
    Verification missing = Verification.of(kept, MADE, 0, 10);
    assertTrue(
        missing.mismatches().stream()
            .anyMatch(one -> one.revision() == 1007 && one.what().equals("revision")));
    Verification invented = Verification.of(keptAsMade(), MADE.subList(0, 2), 0, 10);
    assertEquals(1009, invented.mismatches().getFirst().revision());
  }

  @Test
  void whatTheLogHasLostIsCountedAndWhatIsNewIsLeft() {
    Verification verification = Verification.of(keptAsMade(), MADE.subList(1, 2), 6, 9);
    assertEquals(List.of(), verification.mismatches());
    assertEquals(1, verification.verified());
    assertEquals(1, verification.beforeTheLog());
  }
}
