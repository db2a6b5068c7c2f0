package dev.sluice.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/** Reads one jsonpath template; used once, by one thread. */
final class JsonPathParser {
  private static final List<String> OPERATORS = List.of("==", "!=", "<=", ">=", "<", ">");

  private final String text;
  private int at;

  JsonPathParser(String template) {
    this.text = template.contains("{") ? template : "{" + template + "}";
  }

  List<TemplatePart> template() {
    List<TemplatePart> parts = parts(false);
    if (at < text.length()) {
      throw wrong("{end} without {range}");
    }
    return parts;
  }

  private List<TemplatePart> parts(boolean inRange) {
    List<TemplatePart> parts = new ArrayList<>();
    while (at < text.length()) {
      int brace = text.indexOf('{', at);
      if (brace != at) {
        int end = brace < 0 ? text.length() : brace;
        parts.add(new TemplatePart.Text(text.substring(at, end)));
        at = end;
        continue;
      }
      at++;
      blanks();
      if (word("end")) {
        if (inRange) {
          return parts;
        }
        throw wrong("{end} without {range}");
      }
      parts.add(inBraces());
    }
    if (inRange) {
      throw wrong("{range} without {end}");
    }
    return parts;
  }

  private TemplatePart inBraces() {
    if (word("range")) {
      blanks();
      List<PathStep> steps = path();
      close();
      List<TemplatePart> body = parts(true);
      close();
      return new TemplatePart.Range(steps, body);
    }
    TemplatePart part =
        peek() == '"' || peek() == '\''
            ? new TemplatePart.Text(quoted())
            : new TemplatePart.Path(path());
    close();
    return part;
  }

  /** Skips a keyword when it is what comes. */
  private boolean word(String keyword) {
    int after = at + keyword.length();
    if (!text.startsWith(keyword, at)
        || after >= text.length()
        || " }".indexOf(text.charAt(after)) < 0) {
      return false;
    }
    at = after;
    return true;
  }

  private void close() {
    blanks();
    if (peek() != '}') {
      throw wrong("expected }");
    }
    at++;
  }

  private List<PathStep> path() {
    List<PathStep> steps = new ArrayList<>();
    if (peek() == '$' || peek() == '@') {
      at++;
    } else if (Character.isLetter(peek())) {
      steps.add(new PathStep.Key(key()));
    }
    while (true) {
      if (text.startsWith("..", at)) {
        at += 2;
        steps.add(new PathStep.Below());
        if (peek() != '[') {
          steps.add(peek() == '*' ? every() : new PathStep.Key(key()));
        }
      } else if (peek() == '.') {
        at++;
        if (peek() == '*') {
          steps.add(every());
        } else if (peek() != '}' && peek() != '[') {
          steps.add(new PathStep.Key(key()));
        }
      } else if (peek() == '[') {
        steps.add(bracket());
      } else {
        return List.copyOf(steps);
      }
    }
  }

  private PathStep every() {
    at++;
    return new PathStep.Every();
  }

  private String key() {
    StringBuilder key = new StringBuilder();
    while (at < text.length() && ".[]{}()=!<> ".indexOf(peek()) < 0) {
      if (peek() == '\\' && at + 1 < text.length()) {
        at++;
      }
      key.append(text.charAt(at++));
    }
    if (key.isEmpty()) {
      throw wrong("expected a key");
    }
    return key.toString();
  }

  private PathStep bracket() {
    at++;
    blanks();
    PathStep step;
    if (peek() == '*') {
      step = every();
    } else if (peek() == '\'' || peek() == '"') {
      step = new PathStep.Key(quoted());
    } else if (text.startsWith("?(", at)) {
      at += 2;
      step = filter();
    } else {
      step = indexOrSlice();
    }
    blanks();
    if (peek() != ']') {
      throw wrong("expected ]");
    }
    at++;
    return step;
  }

  private PathStep indexOrSlice() {
    int end = text.indexOf(']', at);
    String inside = end < 0 ? "" : text.substring(at, end).strip();
    try {
      int colon = inside.indexOf(':');
      PathStep step =
          colon < 0
              ? new PathStep.Index(Integer.parseInt(inside))
              : new PathStep.Slice(
                  number(inside.substring(0, colon)), number(inside.substring(colon + 1)));
      at = end;
      return step;
    } catch (NumberFormatException e) {
      throw wrong("expected an index, a slice, * or a quoted key");
    }
  }

  private static int number(String text) {
    return text.isBlank() ? 0 : Integer.parseInt(text.strip());
  }

  private PathStep filter() {
    blanks();
    List<PathStep> path = path();
    blanks();
    String operator =
        OPERATORS.stream().filter(known -> text.startsWith(known, at)).findFirst().orElse("");
    at += operator.length();
    blanks();
    JsonNode literal = operator.isEmpty() ? BooleanNode.TRUE : literal();
    blanks();
    if (peek() != ')') {
      throw wrong("expected )");
    }
    at++;
    return new PathStep.Filter(path, operator, literal);
  }

  private JsonNode literal() {
    if (peek() == '"' || peek() == '\'') {
      return TextNode.valueOf(quoted());
    }
    int begin = at;
    while (at < text.length() && ")]} ".indexOf(peek()) < 0) {
      at++;
    }
    String word = text.substring(begin, at);
    try {
      return DoubleNode.valueOf(Double.parseDouble(word));
    } catch (NumberFormatException e) {
      return TextNode.valueOf(word);
    }
  }

  private String quoted() {
    char quote = text.charAt(at++);
    StringBuilder out = new StringBuilder();
    while (peek() != quote) {
      if (at >= text.length()) {
        throw wrong("expected a closing " + quote);
      }
      char next = text.charAt(at++);
      if (next == '\\' && at < text.length()) {
        char escaped = text.charAt(at++);
        next =
            switch (escaped) {
              case 'n' -> '\n';
              case 't' -> '\t';
              default -> escaped;
            };
      }
      out.append(next);
    }
    at++;
    return out.toString();
  }

  private void blanks() {
    while (peek() == ' ') {
      at++;
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(what + " at character " + (at + 1) + " of " + text);
  }
}
