package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;

/** Reads policy objects. */
public final class PolicyParser {
  private PolicyParser() {}

  /** Reads an object's body; every finding is reported, not only the first. */
  public static ParsedPolicy parse(ObjectKey key, Map<String, Object> body) {
    return new ParsedPolicy.Refused(
        List.of(
            new Finding(
                Finding.Severity.REFUSED,
                "kind-not-supported",
                "kind",
                key.kind() + " cannot be enforced by this version")));
  }
}
