package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerificationTest {
  private static final ObjectKey CAUSE = new ObjectKey("CiliumNetworkPolicy", "shop", "a");
  private static final long BASE = 1000;

  /** Of revisions 1005, 1007 and 1009, made at 50, 70 and 90 ms. */
  private static final List<RevisionMade> MADE =
      List.of(made(5, "aa", 0, ""), made(7, "bb", 1005, "aa"), made(9, "cc", 1007, "bb"));

  private static RevisionMade made(long position, String hash, long before, String hashBefore) {
    return new RevisionMade(
        BASE + position,
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

  private static List<KeptRevision> kept(long... revisions) {
    return MADE.stream()
        .filter(one -> LongStream.of(revisions).anyMatch(number -> number == one.revision()))
        .map(KeptRevision::of)
        .toList();
  }

  private static List<KeptRevision> keptAsMade() {
    return new ArrayList<>(MADE.stream().map(KeptRevision::of).toList());
  }

  private static Verification.Span span(long first, long end) {
    return new Verification.Span(BASE, first, end, 0);
  }

  private static List<String> whats(Verification verification) {
    return verification.mismatches().stream()
        .map(one -> one.revision() + " " + one.what())
        .toList();
  }

  /**
   * What is kept of the three, since when it must be, and what is then missing and no longer kept.
   */
  static Stream<Arguments> absences() {
    return Stream.of(
        Arguments.of("all is there", kept(1005, 1007, 1009), 0, List.of(), 0),
        Arguments.of("the tail was cut off", kept(1005, 1007), 0, List.of(1009L), 0),
        Arguments.of("most was cut off", kept(1005), 0, List.of(1007L, 1009L), 0),
        Arguments.of("all of it is gone", kept(), 0, List.of(1005L, 1007L, 1009L), 0),
        Arguments.of("one in the middle is gone", kept(1005, 1009), 0, List.of(1007L), 0),
        Arguments.of("the first is gone", kept(1007, 1009), 0, List.of(1005L), 0),
        Arguments.of("retention took the first", kept(1007, 1009), 51, List.of(), 1),
        Arguments.of("not retention: as young as that", kept(1007, 1009), 50, List.of(1005L), 0),
        Arguments.of("retention took all", kept(), 91, List.of(), 3),
        Arguments.of("retention took two, somebody one", kept(), 71, List.of(1009L), 2),
        Arguments.of("retention leaves no hole", kept(1005, 1009), 91, List.of(1007L), 0),
        Arguments.of("retention takes no tail", kept(1005, 1007), 91, List.of(1009L), 0));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("absences")
  void whatIsNotKeptIsMissingUnlessRetentionTookIt(
      String name,
      List<KeptRevision> kept,
      long keptSinceMillis,
      List<Long> missing,
      int noLongerKept) {
    Verification verification =
        Verification.of(kept, MADE, new Verification.Span(BASE, 0, 10, keptSinceMillis));
    assertEquals(missing, List.copyOf(verification.missing()));
    assertEquals(noLongerKept, verification.noLongerKept());
    assertEquals(kept.size(), verification.verified());
    assertEquals(
        missing,
        verification.mismatches().stream()
            .filter(one -> one.what().equals("revision"))
            .map(Verification.Mismatch::revision)
            .toList());
  }

  @Test
  void whatIsMissingIsSaidWithItsNumberAndHash() {
    assertEquals(
        "[revision 1009 is not kept, and the log says that its hash is cc]",
        Verification.of(kept(1005, 1007), MADE, span(0, 10)).mismatches().toString());
  }

  @Test
  void aRecordWrittenTwiceIsOne() {
    List<KeptRevision> kept = keptAsMade();
    kept.add(KeptRevision.of(MADE.get(1)));
    assertEquals(List.of(), Verification.of(kept, MADE, span(0, 10)).mismatches());
  }

  @Test
  void anotherRecordOfTheSameNumberIsFound() {
    List<KeptRevision> kept = keptAsMade();
    kept.add(1, with(MADE.get(1), "who", "b.yaml:1"));
    assertEquals(List.of("1007 record"), whats(Verification.of(kept, MADE, span(0, 10))));
  }

  @Test
  void anotherHashIsFoundAndBreaksTheChain() {
    List<KeptRevision> kept = keptAsMade();
    kept.set(1, with(MADE.get(1), "hash", "ff"));
    Verification verification = Verification.of(kept, MADE, span(0, 10));
    assertEquals(List.of("1009 chain", "1007 hash"), whats(verification));
    assertEquals(2, verification.verified());
    assertEquals(
        "revision 1007: hash is kept as ff, and the log says bb",
        verification.mismatches().getLast().toString());
  }

  /** The kept form of a revision with another value in one field, as its record component. */
  private static KeptRevision with(RevisionMade made, String field, Object value) {
    KeptRevision one = KeptRevision.of(made);
    return new KeptRevision(
        one.revision(),
        field.equals("position") ? (long) value : one.position(),
        field.equals("time") ? (long) value : one.timeMillis(),
        field.equals("cause") ? (String) value : one.cause(),
        field.equals("causeType") ? (String) value : one.causeType(),
        field.equals("who") ? (String) value : one.who(),
        field.equals("hash") ? (String) value : one.hash(),
        field.equals("previousRevision") ? (long) value : one.previousRevision(),
        field.equals("previousHash") ? (String) value : one.previousHash(),
        field.equals("inputDigest") ? (String) value : one.inputDigest(),
        field.equals("policiesChanged") ? List.of((String) value) : one.policiesChanged(),
        field.equals("subjectsChanged") ? List.of((Integer) value) : one.subjectsChanged());
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        Arguments.of("position", 8L),
        Arguments.of("time", 1L),
        Arguments.of("cause", "no key"),
        Arguments.of("causeType", "INVENTED"),
        Arguments.of("who", "b.yaml:1"),
        Arguments.of("hash", "dd"),
        Arguments.of("inputDigest", "other"),
        Arguments.of("policiesChanged", "b"),
        Arguments.of("subjectsChanged", 257));
  }

  @ParameterizedTest
  @MethodSource("fields")
  void everyFieldCounts(String field, Object value) {
    List<KeptRevision> kept = keptAsMade();
    kept.set(2, with(MADE.get(2), field, value));
    assertEquals(List.of("1009 " + field), whats(Verification.of(kept, MADE, span(0, 10))));
  }

  @ParameterizedTest
  @MethodSource("links")
  void theChainCountsToo(String field, Object value) {
    List<KeptRevision> kept = keptAsMade();
    kept.set(2, with(MADE.get(2), field, value));
    assertEquals(
        Arrays.asList("1009 chain", "1009 " + field),
        whats(Verification.of(kept, MADE, span(0, 10))));
  }

  static Stream<Arguments> links() {
    return Stream.of(Arguments.of("previousRevision", 1005L), Arguments.of("previousHash", "aa"));
  }

  @Test
  void oneThatNeverWasIsFound() {
    Verification invented = Verification.of(keptAsMade(), MADE.subList(0, 2), span(0, 10));
    assertEquals(
        "[revision 1009 is kept with hash cc, and the log makes no such revision]",
        invented.mismatches().toString());
  }

  @Test
  void whatTheLogHasLostIsCountedAndWhatIsNewIsLeft() {
    Verification verification = Verification.of(keptAsMade(), MADE.subList(1, 2), span(6, 9));
    assertEquals(List.of(), verification.mismatches());
    assertEquals(1, verification.verified());
    assertEquals(1, verification.beforeTheLog());
  }

  @Test
  void revisionsOfAnEarlierLogAreCountedAndNoPartOfTheChain() {
    List<KeptRevision> kept = keptAsMade();
    kept.addFirst(
        new KeptRevision(
            7, 7, 1, "a", "ADDED", "a", "of the other", 5, "x", "y", List.of(), List.of()));
    Verification verification = Verification.of(kept, MADE, span(0, 10));
    assertEquals(List.of(), verification.mismatches());
    assertEquals(3, verification.verified());
    assertEquals(1, verification.beforeTheLog());
  }
}
