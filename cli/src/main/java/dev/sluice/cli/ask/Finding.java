package dev.sluice.cli.ask;

import dev.sluice.core.log.ObjectKey;
import java.util.Comparator;

/**
 * One thing that lint tells, with the place in the user's files.
 *
 * @param severity refused, error, warning or note
 * @param code stable word
 * @param file as the user called it
 * @param line from 1; 0 for the file as a whole
 * @param path field path; empty for the object as a whole
 */
record Finding(
    String severity,
    String code,
    ObjectKey object,
    String file,
    int line,
    String path,
    String message)
    implements Comparable<Finding> {
  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::file)
          .thenComparingInt(Finding::line)
          .thenComparing(Finding::object)
          .thenComparing(Finding::path)
          .thenComparing(Finding::code)
          .thenComparing(Finding::message);

  /** Whether the object is not taken. */
  boolean refused() {
    return severity.equals("refused");
  }

  /** Whether it makes lint fail. */
  boolean counts() {
    return !severity.equals("note");
  }

  /** {@code CiliumNetworkPolicy shop/backend}. */
  String title() {
    String name = object.namespace().isEmpty() ? "" : object.namespace() + "/";
    return object.kind() + " " + name + object.name();
  }

  /** {@code file:line: severity: object: path: message (code)}, as compilers say it. */
  String line(boolean withCode) {
    String place = line > 0 ? file + ":" + line : file;
    String field = path.isEmpty() ? "" : path + ": ";
    return (place.isEmpty() ? "" : place + ": ")
        + severity
        + ": "
        + (object.kind().equals("Manifest") ? "" : title() + ": ")
        + field
        + message
        + (withCode ? " (" + code + ")" : "");
  }

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }
}
