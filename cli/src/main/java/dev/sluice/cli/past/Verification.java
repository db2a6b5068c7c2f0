package dev.sluice.cli.past;

import dev.sluice.core.compile.RevisionMade;
import dev.sluice.schemas.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Kept revisions beside recomputed ones: whatever differs, is missing or breaks the chain. A pure
 * comparison; it reads nothing.
 */
final class Verification {
  /**
   * One difference.
   *
   * @param what field of the revision, {@code chain}, or {@code revision} when all of it is missing
   * @param kept what the topic says; empty when it says nothing
   * @param recomputed what the log says
   */
  record Mismatch(long revision, String what, String kept, String recomputed) {
    @Override
    public String toString() {
      return "revision %d: %s is kept as %s, and the log says %s"
          .formatted(revision, what, orNothing(kept), orNothing(recomputed));
    }

    private static String orNothing(String text) {
      return text.isEmpty() ? "nothing" : text;
    }
  }

  private final List<Mismatch> mismatches = new ArrayList<>();
  private final long first;
  private final long end;
  private int verified;
  private int beforeTheLog;

  private Verification(long first, long end) {
    this.first = first;
    this.end = end;
  }

  /**
   * Compares.
   *
   * @param kept every record of topic revisions, oldest first; one may be there twice
   * @param made what the replay came to, oldest first
   * @param first offset of the first record replayed
   * @param end offset after the last one
   */
  static Verification of(List<Revision> kept, List<RevisionMade> made, long first, long end) {
    Verification verification = new Verification(first, end);
    SortedMap<Long, RevisionMade> recomputed = new TreeMap<>();
    made.forEach(one -> recomputed.put(one.revision(), one));
    TreeMap<Long, Revision> byNumber = new TreeMap<>();
    for (Revision one : kept) {
      Revision twin = byNumber.put(one.getRevision(), one);
      if (twin != null && !twin.equals(one)) {
        verification.differs(one.getRevision(), "record", twin.toString(), one.toString());
      }
    }
    verification.chain(byNumber);
    byNumber.values().forEach(one -> verification.compare(one, recomputed));
    if (!byNumber.isEmpty()) {
      recomputed.headMap(byNumber.lastKey()).values().stream()
          .filter(one -> !byNumber.containsKey(one.revision()))
          .filter(one -> one.revision() > byNumber.firstKey())
          .forEach(one -> verification.differs(one.revision(), "revision", "", one.hash()));
    }
    return verification;
  }

  private void chain(TreeMap<Long, Revision> kept) {
    Revision before = null;
    for (Revision one : kept.values()) {
      if (before != null
          && (one.getPreviousRevision() != before.getRevision()
              || !one.getPreviousHash().equals(before.getHash()))) {
        differs(
            one.getRevision(),
            "chain",
            one.getPreviousRevision() + " " + one.getPreviousHash(),
            before.getRevision() + " " + before.getHash());
      }
      before = one;
    }
  }

  private void compare(Revision kept, SortedMap<Long, RevisionMade> recomputed) {
    if (kept.getPosition() < first) {
      beforeTheLog++;
      return;
    }
    if (kept.getPosition() >= end) {
      return; // made while this ran
    }
    RevisionMade now = recomputed.get(kept.getRevision());
    if (now == null) {
      differs(kept.getRevision(), "revision", kept.getHash(), "");
      return;
    }
    int before = mismatches.size();
    same(kept, "hash", kept.getHash(), now.hash());
    same(kept, "position", kept.getPosition(), now.position());
    same(kept, "time", kept.getTime().toEpochMilli(), now.timeMillis());
    same(kept, "cause", kept.getCause(), now.cause());
    same(kept, "causeType", kept.getCauseType(), now.causeType());
    same(kept, "who", kept.getWho(), now.who());
    same(kept, "previousRevision", kept.getPreviousRevision(), now.previousRevision());
    same(kept, "previousHash", kept.getPreviousHash(), now.previousHash());
    same(kept, "inputDigest", kept.getInputDigest(), now.inputDigest());
    same(kept, "policiesChanged", kept.getPoliciesChanged(), now.policiesChanged());
    same(kept, "subjectsChanged", kept.getSubjectsChanged(), now.subjectsChanged());
    verified += before == mismatches.size() ? 1 : 0;
  }

  private void same(Revision kept, String field, Object one, Object other) {
    if (!one.toString().equals(other.toString())) {
      differs(kept.getRevision(), field, one.toString(), other.toString());
    }
  }

  private void differs(long revision, String what, String kept, String recomputed) {
    mismatches.add(new Mismatch(revision, what, kept, recomputed));
  }

  /** In the order in which they were found; empty when all is as it was. */
  List<Mismatch> mismatches() {
    return mismatches;
  }

  /** Kept revisions that were recomputed and are the same in every field. */
  int verified() {
    return verified;
  }

  /** Kept revisions that are older than what is left of the log. */
  int beforeTheLog() {
    return beforeTheLog;
  }
}
