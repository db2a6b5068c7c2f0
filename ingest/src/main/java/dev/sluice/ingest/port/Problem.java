package dev.sluice.ingest.port;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding.Severity;

/**
 * Why a source could not take something in, or what a person should know about it.
 *
 * @param code stable word, lower case with hyphens
 * @param object the object, or {@code Manifest//FILE} when there is none
 * @param file path relative to the folder; empty when it did not come from a file
 * @param line from 1; 0 when there is none
 * @param path field path, {@code spec.replicas}; empty for the object as a whole
 * @param message one sentence that says what to do
 */
public record Problem(
    Severity severity,
    String code,
    ObjectKey object,
    String file,
    int line,
    String path,
    String message) {
  /** The kind that stands for a file. */
  public static final String MANIFEST = "Manifest";

  /** A file that cannot be taken in. */
  public static Problem ofFile(String code, String file, int line, String path, String message) {
    return new Problem(
        Severity.REFUSED, code, new ObjectKey(MANIFEST, "", file), file, line, path, message);
  }

  @Override
  public String toString() {
    String place = file.isEmpty() ? object.toString() : line > 0 ? file + ":" + line : file;
    return place + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
