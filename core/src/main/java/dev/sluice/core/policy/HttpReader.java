package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads a member of {@code rules.http}. */
final class HttpReader {
  private static final FieldTable RULE =
      FieldTable.of("path", "method", "host", "headers", "headerMatches");
  private static final FieldTable MATCH =
      FieldTable.of("name", "value", "mismatch")
          .outside("secret", "(a value from a Secret) is not read: write value");

  /** RFC 9110, 5.6.2: what a field's name is made of. */
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final List<String> MISMATCHES = List.of("LOG", "ADD", "DELETE", "REPLACE");
  private static final String WRITE_MATCH = "write {name: X-Token, value: secret}";

  private final Reading reading;

  HttpReader(Reading reading) {
    this.reading = reading;
  }

  Optional<L7Rules.HttpRule> read(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {method: GET, path: \"/api/.*\"}, or {} for every");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    RULE.check(object.get(), path, reading);
    String method = expression(object.get(), "method", path);
    String where = expression(object.get(), "path", path);
    String host = expression(object.get(), "host", path);
    List<L7Rules.HeaderRule> headers = new ArrayList<>();
    headers(object.get(), path, headers);
    headerMatches(object.get(), path, headers);
    return Optional.of(new L7Rules.HttpRule(method, where, host, List.copyOf(headers)));
  }

  private String expression(Map<String, Object> object, String field, String path) {
    String text = reading.string(object, field, path).orElse("");
    PosixExpression.problem(text)
        .ifPresent(
            problem -> reading.refuse("bad-value", Reading.at(path, field), field + " " + problem));
    return text;
  }

  private void headers(Map<String, Object> rule, String path, List<L7Rules.HeaderRule> headers) {
    String at = Reading.at(path, "headers");
    List<?> list =
        reading.list(rule, "headers", path, "write [\"X-Token: value\"]").orElse(List.of());
    for (int i = 0; i < list.size(); i++) {
      String headerAt = Reading.at(at, i);
      reading.string(list.get(i), "", headerAt).ifPresent(t -> header(t, headerAt, headers));
    }
  }

  /** {@code Name}, {@code Name: value} or, as Cilium has it as well, {@code Name value}. */
  private void header(String text, String path, List<L7Rules.HeaderRule> headers) {
    int blank = text.indexOf(' ');
    String left = blank < 0 ? text : text.substring(0, blank);
    String name = left.endsWith(":") && blank >= 0 ? left.substring(0, left.length() - 1) : left;
    if (!HEADER_NAME.matcher(name).matches()) {
      reading.refuse(
          "bad-value",
          path,
          "\"" + text + "\" is no header: write \"Name\", or \"Name: value\" with a blank between");
      return;
    }
    String value = blank < 0 ? null : text.substring(blank + 1);
    headers.add(new L7Rules.HeaderRule(name, value, L7Rules.Mismatch.DENY));
  }

  private void headerMatches(
      Map<String, Object> rule, String path, List<L7Rules.HeaderRule> headers) {
    String at = Reading.at(path, "headerMatches");
    List<?> list =
        reading.list(rule, "headerMatches", path, "write - name: X-Token").orElse(List.of());
    for (int i = 0; i < list.size(); i++) {
      String matchAt = Reading.at(at, i);
      reading
          .object(list.get(i), matchAt, WRITE_MATCH)
          .flatMap(match -> headerMatch(match, matchAt))
          .ifPresent(headers::add);
    }
  }

  private Optional<L7Rules.HeaderRule> headerMatch(Map<String, Object> match, String path) {
    boolean known = MATCH.check(match, path, reading);
    Optional<String> name = reading.required(match, "name", path, known, WRITE_MATCH);
    String value = reading.string(match, "value", path).filter(t -> !t.isEmpty()).orElse(null);
    Optional<L7Rules.Mismatch> mismatch = mismatch(match, path);
    if (name.isPresent() && !HEADER_NAME.matcher(name.get()).matches()) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "name"),
          "\"" + name.get() + "\" is no header's name: write it without colon and value");
      return Optional.empty();
    }
    return name.isEmpty() || mismatch.isEmpty()
        ? Optional.empty()
        : Optional.of(new L7Rules.HeaderRule(name.get(), value, mismatch.get()));
  }

  private Optional<L7Rules.Mismatch> mismatch(Map<String, Object> match, String path) {
    if (match.get("mismatch") == null || match.get("mismatch").equals("")) {
      return Optional.of(L7Rules.Mismatch.DENY);
    }
    Optional<String> word = reading.string(match, "mismatch", path);
    if (word.isPresent() && !MISMATCHES.contains(word.get())) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "mismatch"),
          "unknown mismatch " + word.get() + ": write one of " + String.join(", ", MISMATCHES));
      return Optional.empty();
    }
    return word.map(L7Rules.Mismatch::valueOf);
  }
}
