package dev.sluice.core.policy;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A DNS name, or a pattern of names, as {@code toFQDNs} and {@code rules.dns} give it. Semantics
 * are Cilium's (pkg/fqdn/matchpattern): names compare without case and without the dot at the end;
 * {@code *} stands for any number of the letters of one label, {@code **.} at the beginning for one
 * or more whole labels, and a pattern of stars alone for every name, the root included. Immutable.
 */
public final class FqdnSelector implements Comparable<FqdnSelector> {
  private static final String LABEL_LETTERS = "[-a-zA-Z0-9_]";

  /** Whether the text is one name or a pattern. */
  public enum Kind {
    NAME,
    PATTERN
  }

  private final Kind kind;
  private final String text;
  private final Pattern pattern;

  private FqdnSelector(Kind kind, String text) {
    this.kind = kind;
    this.text = canonical(text);
    this.pattern = kind == Kind.NAME ? null : compile(this.text);
  }

  /** {@code matchName}. */
  public static FqdnSelector name(String name) {
    return new FqdnSelector(Kind.NAME, name);
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
    return pattern == null ? plain.equals(text) : pattern.matcher(plain).matches();
  }

  /** Lower case, without the dot at the end; the root is empty. */
  public static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private static Pattern compile(String text) {
    if (!text.isEmpty() && text.chars().allMatch(letter -> letter == '*')) {
      return Pattern.compile("(?:" + LABEL_LETTERS + "+(?:\\." + LABEL_LETTERS + "+)*)?");
    }
    StringBuilder regex = new StringBuilder();
    String rest = text;
    if (rest.startsWith("**.")) {
      regex.append("(?:").append(LABEL_LETTERS).append("+\\.)+");
      rest = rest.substring("**.".length());
    }
    for (char letter : rest.toCharArray()) {
      switch (letter) {
        case '*' -> regex.append(LABEL_LETTERS).append('*');
        default -> regex.append(Pattern.quote(String.valueOf(letter)));
      }
    }
    return Pattern.compile(regex.toString());
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
