package dev.sluice.ingest.manifest;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.ingest.port.Problem;
import java.util.Map;

/**
 * One object of a manifest file, readable and with the defaults of its metadata.
 *
 * @param body keys sorted; Map, List, String, Long, Double, Boolean, null
 * @param file path relative to the folder
 * @param lines where its fields stand in the file
 */
public record Manifest(
    ObjectKey key, String apiVersion, Map<String, Object> body, String file, Lines lines) {
  /** Line of the object's first field, from 1. */
  public int line() {
    return lines.line();
  }

  /** {@code file:line}. */
  public String who() {
    return file + ":" + line();
  }

  /** The object read from somewhere else says the same. */
  public boolean sameObject(Manifest other) {
    return key.equals(other.key) && body.equals(other.body);
  }

  /** A problem of this object. */
  public Problem problem(Severity severity, String code, String path, String message) {
    return new Problem(severity, code, key, file, lines.of(path), path, message);
  }
}
