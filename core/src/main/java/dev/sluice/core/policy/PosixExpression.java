package dev.sluice.core.policy;

import java.util.Optional;

/**
 * Checks a regular expression of an HTTP rule: POSIX extended, with the escapes {@code \d \w \s}
 * and groups {@code (?:…)} that Envoy's RE2 has as well. What engines read differently (looking
 * around, back references, flags, possessive repeats) is refused. One pass, no recursion.
 */
final class PosixExpression {
  private static final int LONGEST = 1024;
  private static final int DEEPEST = 50;
  private static final int MOST_REPEATS = 1000;
  private static final String ESCAPED_LETTERS = "dDwWsS";

  private final String text;
  private int at;
  private int depth;

  /** Whether the last thing read can be repeated. */
  private boolean repeatable;

  private PosixExpression(String text) {
    this.text = text;
  }

  /** The end of a sentence that begins with the field's name; empty for a good expression. */
  static Optional<String> problem(String text) {
    return Optional.ofNullable(new PosixExpression(text).problem());
  }

  private String problem() {
    if (text.length() > LONGEST) {
      return "is longer than " + LONGEST + " letters: write several rules, they add up";
    }
    String problem = null;
    while (at < text.length() && problem == null) {
      problem = step(text.charAt(at));
    }
    return problem != null || depth == 0
        ? problem
        : "has a ( that nothing closes: add ), or write \\( to mean the letter";
  }

  private String step(char letter) {
    at++;
    switch (letter) {
      case '(':
        return open();
      case ')':
        repeatable = true;
        return --depth < 0
            ? "has a ) that nothing opened: take it out, or write \\) to mean the letter"
            : null;
      case '[':
        return bracket();
      case '\\':
        return escape();
      case '*', '+', '?':
        return repeat(letter);
      case '{':
        return bounds();
      case '|', '^':
        repeatable = false;
        return null;
      default:
        repeatable = true;
        return null;
    }
  }

  private String open() {
    repeatable = false;
    if (++depth > DEEPEST) {
      return "is nested more than " + DEEPEST + " deep: write it simpler";
    }
    if (at < text.length() && text.charAt(at) == '?') {
      if (!text.startsWith("?:", at)) {
        return "has a (? that is no part of POSIX expressions: write it without flags and without"
            + " looking around";
      }
      at += 2;
    }
    return null;
  }

  private String bracket() {
    int from = at;
    at += at < text.length() && text.charAt(at) == '^' ? 1 : 0;
    at += at < text.length() && text.charAt(at) == ']' ? 1 : 0;
    while (at < text.length() && text.charAt(at) != ']') {
      if (text.startsWith("[:", at)) {
        int end = text.indexOf(":]", at);
        if (end < 0) {
          return "has a [: that nothing closes: write [[:alpha:]]";
        }
        at = end + 2;
      } else if (text.charAt(at) == '\\') {
        at += 2;
      } else {
        at++;
      }
    }
    if (at >= text.length()) {
      return "has a [ that nothing closes: add ], or write \\[ to mean the letter";
    }
    at++;
    repeatable = true;
    return ranges(text.substring(from, at - 1));
  }

  private static String ranges(String inside) {
    for (int i = 1; i + 1 < inside.length(); i++) {
      boolean plain = inside.charAt(i) == '-' && inside.charAt(i - 1) != '\\';
      char first = inside.charAt(i - 1);
      char last = inside.charAt(i + 1);
      if (plain && Character.isLetterOrDigit(first) && Character.isLetterOrDigit(last)) {
        if (first > last) {
          return "has the range " + first + "-" + last + ", which is empty: swap the two";
        }
      }
    }
    return null;
  }

  private String escape() {
    if (at >= text.length()) {
      return "ends in a backslash: write \\\\ to mean the letter";
    }
    char letter = text.charAt(at++);
    repeatable = true;
    return Character.isLetterOrDigit(letter) && ESCAPED_LETTERS.indexOf(letter) < 0
        ? "has \\" + letter + ", which is no part of POSIX expressions: write it out"
        : null;
  }

  private String repeat(char letter) {
    if (!repeatable) {
      return "has a "
          + letter
          + " with nothing before it to repeat: write \\"
          + letter
          + " to mean the letter, .* for anything";
    }
    return lazy();
  }

  /** A repeat may be followed by one question mark, which changes nothing in a whole match. */
  private String lazy() {
    repeatable = false;
    at += at < text.length() && text.charAt(at) == '?' ? 1 : 0;
    return null;
  }

  private String bounds() {
    int end = text.indexOf('}', at);
    String inside = end < 0 ? "" : text.substring(at, end);
    if (!repeatable || !inside.matches("[0-9]{1,4}(,[0-9]{0,4})?")) {
      return "has a { that begins no repeat: write \\{ to mean the letter";
    }
    at = end + 1;
    String[] numbers = inside.split(",");
    int least = Integer.parseInt(numbers[0]);
    int most = numbers.length > 1 ? Integer.parseInt(numbers[1]) : least;
    if (most > MOST_REPEATS || least > most) {
      return "repeats {" + inside + "}: write at most " + MOST_REPEATS + ", the smaller first";
    }
    return lazy();
  }
}
