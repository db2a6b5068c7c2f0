package dev.sluice.core.service;

import dev.sluice.core.policy.Finding;
import java.util.List;

/**
 * An object that was read, or why it was refused whole.
 *
 * @param <T> what it was read as
 */
public sealed interface Parsed<T> {
  /** It can be used as it is. */
  record Accepted<T>(T facts) implements Parsed<T> {}

  /** It changes nothing. */
  record Refused<T>(List<Finding> findings) implements Parsed<T> {
    public Refused {
      findings = List.copyOf(findings);
    }
  }
}
