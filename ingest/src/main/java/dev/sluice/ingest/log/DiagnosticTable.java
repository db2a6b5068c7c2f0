package dev.sluice.ingest.log;

import dev.sluice.ingest.port.Problem;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows of topic diagnostics that this component has written. No IO; not thread-safe. */
final class DiagnosticTable {
  /** The component's name in the topic. */
  static final String WRITER = "ingest";

  private final Map<String, Diagnostic> rows = new TreeMap<>();

  /** Takes a row that is in the topic; null clears it. */
  void seen(String key, Diagnostic row) {
    if (row == null) {
      rows.remove(key);
    } else if (row.getWriter().equals(WRITER)) {
      rows.put(key, row);
    }
  }

  /**
   * What to write so that the topic says exactly these problems; null values clear a row.
   *
   * @param now ms since 1970
   */
  Map<String, Diagnostic> difference(List<Problem> problems, long now) {
    Map<String, Problem> wanted = new LinkedHashMap<>();
    for (Problem problem : problems) {
      wanted.putIfAbsent(problem.object() + "|" + problem.code() + "|" + WRITER, problem);
    }
    Map<String, Diagnostic> difference = new LinkedHashMap<>();
    wanted.forEach(
        (key, problem) -> {
          Diagnostic last = rows.get(key);
          if (last == null || !row(problem, last.getTime()).equals(last)) {
            difference.put(key, row(problem, Instant.ofEpochMilli(now)));
          }
        });
    rows.keySet().stream()
        .filter(key -> !wanted.containsKey(key))
        .forEach(key -> difference.put(key, null));
    difference.forEach(this::seen);
    return difference;
  }

  private static Diagnostic row(Problem problem, Instant time) {
    return Diagnostic.newBuilder()
        .setTime(time)
        .setSeverity(Severity.valueOf(problem.severity().name()))
        .setCode(problem.code())
        .setKind(problem.object().kind())
        .setNamespace(problem.object().namespace())
        .setName(problem.object().name())
        .setFile(problem.file())
        .setLine(problem.line())
        .setPath(problem.path())
        .setMessage(problem.message())
        .setWriter(WRITER)
        .build();
  }
}
