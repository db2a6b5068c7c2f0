package dev.sluice.core.policy;

/**
 * One thing to tell about an object.
 *
 * @param code stable word, lower case with hyphens
 * @param path field path, {@code spec.ingress[0].toPorts[0]}; empty for the object as a whole
 * @param message one sentence that says what to do
 */
public record Finding(Severity severity, String code, String path, String message) {
  /** How bad it is. Only REFUSED keeps the object from being enforced. */
  public enum Severity {
    REFUSED,
    ERROR,
    WARNING,
    NOTE
  }

  @Override
  public String toString() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
