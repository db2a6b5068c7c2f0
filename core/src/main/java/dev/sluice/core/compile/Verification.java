package dev.sluice.core.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Kept revisions beside recomputed ones: whatever differs, is missing or breaks the chain. A pure
 * comparison; whoever asks decides how long a missing revision may still be on its way.
 */
public final class Verification {
  private static final String ALL_OF_IT = "revision";

  /**
   * One difference.
   *
   * @param what field of the revision, {@code chain}, or {@code revision} when all of it is missing
   * @param kept what the topic says; empty when it says nothing
   * @param recomputed what the log says; empty when it says nothing
   */
  public record Mismatch(long revision, String what, String kept, String recomputed) {
    @Override
    public String toString() {
      if (what.equals(ALL_OF_IT)) {
        return kept.isEmpty()
            ? "revision %d is not kept, and the log says that its hash is %s"
                .formatted(revision, recomputed)
            : "revision %d is kept with hash %s, and the log makes no such revision"
                .formatted(revision, kept);
      }
      return "revision %d: %s is kept as %s, and the log says %s"
          .formatted(revision, what, orNothing(kept), orNothing(recomputed));
    }

    private static String orNothing(String text) {
      return text.isEmpty() ? "nothing" : text;
    }
  }

  /**
   * What was replayed, and what can be expected of the topic.
   *
   * @param base of the log's revisions; what is kept below it was made of an earlier log
   * @param first offset of the first record replayed
   * @param end offset after the last one
   * @param keptSinceMillis older revisions may have left the topic, those at its beginning first
   */
  public record Span(long base, long first, long end, long keptSinceMillis) {}

  private final List<Mismatch> mismatches = new ArrayList<>();
  private final SortedSet<Long> missing = new TreeSet<>();
  private final NavigableMap<Long, KeptRevision> kept = new TreeMap<>();
  private final NavigableMap<Long, KeptRevision> recomputed = new TreeMap<>();
  private int verified;
  private int beforeTheLog;
  private int noLongerKept;

  private Verification() {}

  /**
   * Compares.
   *
   * @param kept every record of topic revisions, oldest first; one may be there twice
   * @param made what the replay came to, oldest first
   */
  public static Verification of(List<KeptRevision> kept, List<RevisionMade> made, Span span) {
    Verification verification = new Verification();
    made.forEach(one -> verification.recomputed.put(one.revision(), KeptRevision.of(one)));
    kept.forEach(verification::keep);
    verification.chain(span.base);
    verification.kept.values().forEach(one -> verification.compare(one, span));
    verification.findMissing(span);
    return verification;
  }

  private void keep(KeptRevision one) {
    KeptRevision twin = kept.put(one.revision(), one);
    if (twin != null && !twin.equals(one)) {
      differs(one.revision(), "record", twin.toString(), one.toString());
    }
  }

  private void chain(long base) {
    KeptRevision before = null;
    for (KeptRevision one : kept.tailMap(base).values()) {
      if (before != null
          && (one.previousRevision() != before.revision()
              || !one.previousHash().equals(before.hash()))) {
        differs(
            one.revision(),
            "chain",
            one.previousRevision() + " " + one.previousHash(),
            before.revision() + " " + before.hash());
      }
      before = one;
    }
  }

  private void compare(KeptRevision kept, Span span) {
    if (kept.revision() < span.base + span.first) {
      beforeTheLog++;
      return;
    }
    if (kept.revision() >= span.base + span.end) {
      return; // made while this ran
    }
    KeptRevision now = recomputed.get(kept.revision());
    if (now == null) {
      differs(kept.revision(), ALL_OF_IT, kept.hash(), "");
      return;
    }
    if (kept.equals(now)) {
      verified++;
      return;
    }
    same(kept, "hash", kept.hash(), now.hash());
    same(kept, "position", kept.position(), now.position());
    same(kept, "time", kept.timeMillis(), now.timeMillis());
    same(kept, "cause", kept.cause(), now.cause());
    same(kept, "causeType", kept.causeType(), now.causeType());
    same(kept, "who", kept.who(), now.who());
    same(kept, "previousRevision", kept.previousRevision(), now.previousRevision());
    same(kept, "previousHash", kept.previousHash(), now.previousHash());
    same(kept, "inputDigest", kept.inputDigest(), now.inputDigest());
    same(kept, "policiesChanged", kept.policiesChanged(), now.policiesChanged());
    same(kept, "subjectsChanged", kept.subjectsChanged(), now.subjectsChanged());
  }

  private void same(KeptRevision kept, String field, Object one, Object other) {
    if (!one.equals(other)) {
      differs(kept.revision(), field, one.toString(), other.toString());
    }
  }

  private void findMissing(Span span) {
    Map.Entry<Long, KeptRevision> firstKept = kept.ceilingEntry(span.base + span.first);
    for (KeptRevision one : recomputed.values()) {
      if (kept.containsKey(one.revision())) {
        continue;
      }
      boolean atTheBeginning = firstKept == null || one.revision() < firstKept.getKey();
      if (atTheBeginning && one.timeMillis() < span.keptSinceMillis) {
        noLongerKept++;
      } else {
        missing.add(one.revision());
        differs(one.revision(), ALL_OF_IT, "", one.hash());
      }
    }
  }

  private void differs(long revision, String what, String kept, String recomputed) {
    mismatches.add(new Mismatch(revision, what, kept, recomputed));
  }

  /** In the order in which they were found; empty when all is as it was. */
  public List<Mismatch> mismatches() {
    return mismatches;
  }

  /**
   * Revisions that the log makes and the topic does not have though it should; each is among the
   * {@link #mismatches} too.
   */
  public SortedSet<Long> missing() {
    return missing;
  }

  /** Kept revisions that were recomputed and are the same in every field. */
  public int verified() {
    return verified;
  }

  /** Kept revisions that are older than what is left of the log, or of an earlier log. */
  public int beforeTheLog() {
    return beforeTheLog;
  }

  /** Recomputed revisions that are older than what the topic keeps. */
  public int noLongerKept() {
    return noLongerKept;
  }
}
