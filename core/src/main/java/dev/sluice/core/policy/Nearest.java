package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/** Finds the word that was meant, by the number of single-letter edits. */
public final class Nearest {
  private static final int WORTH_SAYING = 3;

  /** On either side. */
  private static final int NEIGHBOURS = 512;

  /** A word and how many edits away it is. */
  public record Match(String word, int edits) {}

  private Nearest() {}

  /**
   * The nearest of the words, the first in order when several are as near; empty when none is near
   * enough to be what was meant.
   */
  public static Optional<Match> of(String typed, Collection<String> words) {
    int limit = Math.min(WORTH_SAYING, Math.max(1, typed.length() / 2));
    Match best = null;
    for (String word : words) {
      if (Math.abs(word.length() - typed.length()) > limit) {
        continue;
      }
      int edits = edits(typed, word);
      if (edits <= limit
          && (best == null
              || edits < best.edits
              || edits == best.edits && word.compareTo(best.word) < 0)) {
        best = new Match(word, edits);
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The nearest of the words that stand next to the typed one in their order, which share its
   * beginning: with few words that is all of them, with many it costs no more.
   *
   * @param words sorted in their natural order
   */
  public static Optional<Match> among(String typed, NavigableSet<String> words) {
    List<String> near = new ArrayList<>();
    words.tailSet(typed, true).stream().limit(NEIGHBOURS).forEach(near::add);
    words.headSet(typed, false).descendingSet().stream().limit(NEIGHBOURS).forEach(near::add);
    return of(typed, near);
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
  public static int edits(String left, String right) {
    int[] twoBack = new int[right.length() + 1];
    int[] back = new int[right.length() + 1];
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      back[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], back[j]) + 1, back[j - 1] + change);
        if (i > 1
            && j > 1
            && left.charAt(i - 1) == right.charAt(j - 2)
            && left.charAt(i - 2) == right.charAt(j - 1)) {
          row[j] = Math.min(row[j], twoBack[j - 2] + 1);
        }
      }
      int[] free = twoBack;
      twoBack = back;
      back = row;
      row = free;
    }
    return back[right.length()];
  }
}
