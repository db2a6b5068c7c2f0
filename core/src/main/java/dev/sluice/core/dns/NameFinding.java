package dev.sluice.core.dns;

import dev.sluice.core.log.ObjectKey;

/**
 * Something that a person should know about a policy's names, from what happened and not from what
 * is written.
 *
 * @param code stable word, see docs/diagnostics.md
 * @param sinceMillis when it was first seen, ms since 1970
 */
public record NameFinding(ObjectKey policy, String code, long sinceMillis, String message) {
  /** {@code kind/namespace/name|code}; the writer's name completes the record's key. */
  public String key() {
    return policy + "|" + code;
  }
}
