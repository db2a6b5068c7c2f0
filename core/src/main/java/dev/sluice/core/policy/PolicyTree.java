package dev.sluice.core.policy;

import dev.sluice.core.log.CanonicalTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a policy object that a reader reads, as canonical bytes: folds keep it of the version
 * that they accepted last, and two versions with equal bytes are one policy.
 */
public final class PolicyTree {
  private PolicyTree() {}

  /** {@code spec}, {@code specs}, and the annotation that puts the policy under audit. */
  public static byte[] of(Map<String, Object> body) {
    Map<String, Object> kept = new HashMap<>();
    for (String field : List.of("spec", "specs")) {
      kept.put(field, body.get(field));
    }
    if (body.get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("annotations") instanceof Map<?, ?> annotations
        && annotations.get(Policy.AUDIT_ANNOTATION) != null) {
      Object audit = annotations.get(Policy.AUDIT_ANNOTATION);
      kept.put("metadata", Map.of("annotations", Map.of(Policy.AUDIT_ANNOTATION, audit)));
    }
    return CanonicalTree.encode(kept);
  }

  /** A body that reads as the one whose bytes they are. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> body(byte[] tree) {
    return (Map<String, Object>) CanonicalTree.decode(tree);
  }
}
