package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import java.util.List;
import java.util.Set;

/**
 * What is known of a policy as conditions of the object, in the form of Kubernetes: {@code Valid}
 * as Cilium has it, {@code Realised}, {@code Warned} and {@code Noted}.
 */
final class PolicyConditions {
  private static final Set<Severity> REFUSALS = Set.of(Severity.REFUSED);
  private static final Set<Severity> WARNINGS = Set.of(Severity.WARNING, Severity.ERROR);
  private static final Set<Severity> NOTES = Set.of(Severity.NOTE);

  private PolicyConditions() {}

  static ArrayNode of(PolicyView policy) {
    ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
    List<Diagnostic> refusals = with(policy, REFUSALS);
    ObjectNode valid = condition(conditions, "Valid", refusals.isEmpty());
    if (refusals.isEmpty()) {
      reason(valid, "Accepted", "");
    } else {
      String kept =
          policy.revision() == 0
              ? "; no version of it was ever accepted"
              : "; the version of revision " + policy.revision() + " stays enforced";
      tell(valid, refusals, kept);
    }
    boolean realised = policy.revision() != 0 && policy.realised() == policy.endpoints();
    reason(
        condition(conditions, "Realised", realised),
        realised ? "OnEveryEndpoint" : "Waiting",
        "by " + policy.realised() + " of " + policy.endpoints() + " endpoints");
    told(conditions, "Warned", with(policy, WARNINGS));
    told(conditions, "Noted", with(policy, NOTES));
    return conditions;
  }

  private static void told(ArrayNode conditions, String type, List<Diagnostic> rows) {
    ObjectNode condition = condition(conditions, type, !rows.isEmpty());
    if (rows.isEmpty()) {
      reason(condition, "Nothing", "");
    } else {
      tell(condition, rows, "");
    }
  }

  private static List<Diagnostic> with(PolicyView policy, Set<Severity> severities) {
    return policy.diagnostics().stream().filter(d -> severities.contains(d.getSeverity())).toList();
  }

  private static ObjectNode condition(ArrayNode all, String type, boolean status) {
    return all.addObject().put("type", type).put("status", status ? "True" : "False");
  }

  private static void reason(ObjectNode condition, String reason, String message) {
    condition.put("reason", reason).put("message", message);
  }

  private static void tell(ObjectNode condition, List<Diagnostic> told, String more) {
    StringBuilder message = new StringBuilder();
    for (Diagnostic one : told) {
      message.append(message.isEmpty() ? "" : "; ");
      message.append(one.getPath().isEmpty() ? "" : one.getPath() + ": ").append(one.getMessage());
    }
    reason(condition, told.getFirst().getCode(), message.append(more).toString());
    condition.put("lastTransitionTime", told.getFirst().getTime().toString());
  }
}
