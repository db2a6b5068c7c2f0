package dev.sluice.core.policy;

import java.util.List;
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

  private static final int NONE = -1;

  /** POSIX's, and {@code word}, which RE2 has as well. */
  private static final List<String> CLASSES =
      List.of(
          "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
          "upper", "word", "xdigit");

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
    at += at < text.length() && text.charAt(at) == '^' ? 1 : 0;
    int from = at;
    int rangeFrom = NONE;
    String problem = null;
    while (problem == null && at < text.length() && (at == from || text.charAt(at) != ']')) {
      boolean range = rangeFrom != NONE && text.charAt(at) == '-' && !text.startsWith("]", at + 1);
      at += range ? 1 : 0;
      int start = at;
      problem = member();
      int letter = problem == null ? letter(start) : NONE;
      if (problem == null && range) {
        problem = range(rangeFrom, letter);
      }
      rangeFrom = range ? NONE : letter;
    }
    if (problem == null && at >= text.length()) {
      problem = "has a [ that nothing closes: add ], or write \\[ to mean the letter";
    }
    at++;
    repeatable = true;
    return problem;
  }

  /** Goes past one thing between brackets: a letter, an escaped one, or a class. */
  private String member() {
    if (text.startsWith("[:", at)) {
      int end = text.indexOf(":]", at + 2);
      String name = end < 0 ? "" : text.substring(at + 2, end);
      at = end + 2;
      return end < 0
          ? "has a [: that nothing closes: write [[:alpha:]]"
          : CLASSES.contains(name)
              ? null
              : "has [:"
                  + name
                  + ":], which is no class: write one of "
                  + String.join(", ", CLASSES);
    }
    return at < text.length() && text.charAt(at++) == '\\' ? escape() : null;
  }

  /** The one letter that stands at a place between brackets; NONE for a class. */
  private int letter(int start) {
    if (start >= text.length() || text.startsWith("[:", start)) {
      return NONE;
    }
    boolean escaped = text.charAt(start) == '\\';
    char letter = text.charAt(escaped ? start + 1 : start);
    return escaped && ESCAPED_LETTERS.indexOf(letter) >= 0 ? NONE : letter;
  }

  private static String range(int first, int last) {
    if (last == NONE) {
      return "has a range that ends in a class: write the - last to mean the letter";
    }
    return first <= last
        ? null
        : "has the range " + (char) first + "-" + (char) last + ", which is empty: swap the two";
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
