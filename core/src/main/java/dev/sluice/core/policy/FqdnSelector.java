package dev.sluice.core.policy;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A DNS name, or a pattern of names, as {@code toFQDNs} and {@code rules.dns} give it. Semantics
 * are Cilium's (pkg/fqdn/matchpattern): names compare without case and without the dot at the end;
 * {@code *} stands for any number of the letters of one label, {@code **.} at the beginning for one
 * or more whole labels, and a pattern of stars alone for every name, the root included. Matching
 * costs at most the product of both lengths, however many stars there are: pods ask for names, and
 * who writes policy must not be able to stop a node with one. Immutable.
 */
public final class FqdnSelector implements Comparable<FqdnSelector> {
  /** What a pattern is made of, for sentences that refuse one. */
  public static final String PATTERN_SIGNS = "letters, digits, '-', '_', dots and stars";

  /** Of a name or a pattern, in letters. */
  static final int LONGEST = 255;

  private static final Pattern PATTERN =
      Pattern.compile("[-a-zA-Z0-9_*]+(\\.[-a-zA-Z0-9_*]+)*\\.?");
  private static final String DEEP = "**.";

  /** Whether the text is one name or a pattern. */
  public enum Kind {
    NAME,
    PATTERN
  }

  private final Kind kind;
  private final String text;

  /** Of a pattern, its labels, those that {@code **.} stands for left out; null for a name. */
  private final String[] labels;

  /** Whether one or more labels come before those of the pattern. */
  private final boolean deep;

  /** Whether every name matches. */
  private final boolean every;

  private FqdnSelector(Kind kind, String text) {
    this.kind = kind;
    this.text = canonical(text);
    this.every =
        kind == Kind.PATTERN
            && !this.text.isEmpty()
            && this.text.chars().allMatch(letter -> letter == '*');
    this.deep = kind == Kind.PATTERN && this.text.startsWith(DEEP);
    this.labels =
        kind == Kind.NAME ? null : this.text.substring(deep ? DEEP.length() : 0).split("\\.", -1);
  }

  /** {@code matchName}. */
  public static FqdnSelector name(String name) {
    return new FqdnSelector(Kind.NAME, name);
  }

  /** Whether a text is a pattern at all; {@link #pattern} takes it as it is. */
  public static boolean isPattern(String text) {
    return text.length() <= LONGEST && PATTERN.matcher(text).matches();
  }

  /** {@code matchPattern}. */
  public static FqdnSelector pattern(String pattern) {
    return new FqdnSelector(Kind.PATTERN, pattern);
  }

  public Kind kind() {
    return kind;
  }

  /** Lower case, without the dot at the end: {@code *.stripe.com}. */
  public String text() {
    return text;
  }

  /** Whether a name, with or without its dot at the end, in any case, is meant. */
  public boolean matches(String name) {
    String plain = canonical(name);
    if (kind == Kind.NAME) {
      return plain.equals(text);
    }
    return every ? plain.isEmpty() || areLabels(plain, plain.length()) : fits(plain);
  }

  /** Label by label from the end: no star stands for a dot. */
  private boolean fits(String name) {
    int end = name.length();
    int begin = end + 1;
    for (int i = labels.length - 1; i >= 0; i--) {
      if (begin == 0) {
        return false;
      }
      end = begin - 1;
      begin = name.lastIndexOf('.', end - 1) + 1;
      if (!fits(labels[i], name, begin, end)) {
        return false;
      }
    }
    return deep ? begin > 0 && areLabels(name, begin - 1) : begin == 0;
  }

  /** One label: where it does not go on, the last star stands for one letter more. */
  private static boolean fits(String pattern, String name, int begin, int end) {
    int next = 0;
    int star = -1;
    int starEnd = begin;
    int at = begin;
    while (at < end) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        starEnd = at;
      } else if (next < pattern.length() && pattern.charAt(next) == name.charAt(at)) {
        next++;
        at++;
      } else if (star >= 0 && isLetter(name.charAt(starEnd))) {
        next = star + 1;
        at = ++starEnd;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }

  /** Whether the text up to there is labels with dots between them, none of them empty. */
  private static boolean areLabels(String text, int end) {
    for (int at = 0; at < end; at++) {
      boolean border = text.charAt(at) == '.';
      if (border ? at == 0 || text.charAt(at - 1) == '.' : !isLetter(text.charAt(at))) {
        return false;
      }
    }
    return end > 0 && text.charAt(end - 1) != '.';
  }

  private static boolean isLetter(char letter) {
    return letter >= 'a' && letter <= 'z'
        || letter >= 'A' && letter <= 'Z'
        || letter >= '0' && letter <= '9'
        || letter == '-'
        || letter == '_';
  }

  /** Lower case, without the dot at the end; the root is empty. */
  public static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  @Override
  public int compareTo(FqdnSelector other) {
    int byText = text.compareTo(other.text);
    return byText != 0 ? byText : kind.compareTo(other.kind);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FqdnSelector selector
        && kind == selector.kind
        && text.equals(selector.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode() * 31 + kind.hashCode();
  }

  /** {@code matchPattern: *.stripe.com}. */
  @Override
  public String toString() {
    return (kind == Kind.NAME ? "matchName: " : "matchPattern: ") + text;
  }
}
