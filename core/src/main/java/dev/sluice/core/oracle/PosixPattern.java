package dev.sluice.core.oracle;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * A POSIX extended expression, as HTTP rules have them, in the words of {@link Pattern}: what
 * stands between brackets means something else there. {@code [[:alpha:]]} would be five letters,
 * {@code [a[b]} no expression, {@code [a&&b]} what two sets share.
 */
final class PosixPattern {
  private static final Map<String, String> CLASSES =
      Map.ofEntries(
          Map.entry("alnum", "\\p{Alnum}"),
          Map.entry("alpha", "\\p{Alpha}"),
          Map.entry("blank", "\\p{Blank}"),
          Map.entry("cntrl", "\\p{Cntrl}"),
          Map.entry("digit", "\\p{Digit}"),
          Map.entry("graph", "\\p{Graph}"),
          Map.entry("lower", "\\p{Lower}"),
          Map.entry("print", "\\p{Print}"),
          Map.entry("punct", "\\p{Punct}"),
          Map.entry("space", "\\s"),
          Map.entry("upper", "\\p{Upper}"),
          Map.entry("word", "\\w"),
          Map.entry("xdigit", "\\p{XDigit}"));

  private final String text;
  private final StringBuilder pattern = new StringBuilder();
  private int at;

  private PosixPattern(String text) {
    this.text = text;
  }

  /**
   * @param expression one that a policy's reader has accepted
   */
  static Pattern of(String expression) {
    PosixPattern posix = new PosixPattern(expression);
    while (posix.at < expression.length()) {
      posix.step();
    }
    return Pattern.compile(posix.pattern.toString());
  }

  private void step() {
    switch (text.charAt(at)) {
      case '\\' -> copy(2);
      case '[' -> bracket();
      default -> copy(1);
    }
  }

  private void copy(int letters) {
    pattern.append(text, at, at + letters);
    at += letters;
  }

  /** A closing bracket that comes first is a letter. */
  private void bracket() {
    copy(text.startsWith("[^", at) ? 2 : 1);
    boolean first = true;
    while (first || text.charAt(at) != ']') {
      if (text.startsWith("[:", at)) {
        int end = text.indexOf(":]", at);
        pattern.append(CLASSES.get(text.substring(at + 2, end)));
        at = end + 2;
      } else if (text.charAt(at) == '\\') {
        copy(2);
      } else {
        pattern.append("[]&^".indexOf(text.charAt(at)) < 0 ? "" : "\\");
        copy(1);
      }
      first = false;
    }
    copy(1);
  }
}
