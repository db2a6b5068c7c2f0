package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;

/**
 * One value of topic diagnostics: something that a person should know about an object. An object
 * has at most one for each code; several findings of one code share a message.
 *
 * @param position offset of the k8s.objects record that raised it
 * @param timeMillis that record's time, ms since 1970
 * @param code stable word, lower case with hyphens
 * @param file manifest it came from; empty when it came from an API server
 * @param line line of the manifest, from 1; 0 when there is none
 * @param path field path of the first finding; empty for the object as a whole
 * @param writer component that says it
 */
public record DiagnosticRecord(
    long position,
    long timeMillis,
    Finding.Severity severity,
    String code,
    ObjectKey object,
    String file,
    int line,
    String path,
    String message,
    String writer) {

  /** The record's key in its topic: {@code kind/namespace/name|code|writer}. */
  public String key() {
    return object + "|" + code + "|" + writer;
  }

  /** Whether the other one says the same, wherever and whenever it was raised. */
  boolean saysTheSame(DiagnosticRecord other) {
    return severity == other.severity && path.equals(other.path) && message.equals(other.message);
  }
}
