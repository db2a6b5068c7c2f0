package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;

/**
 * Reads policy objects. Nothing of an object is passed over: a field that is not enforced refuses
 * the object by name, a field that nobody knows refuses it with the nearest one that is known.
 * Pure; any thread.
 */
public final class PolicyParser {
  private PolicyParser() {}

  /** Whether objects of the kind are policies, enforced or refused. */
  public static boolean isPolicy(String kind) {
    return PolicyKind.has(kind);
  }

  /** Reads an object's body; every finding is reported, not only the first. */
  public static ParsedPolicy parse(ObjectKey key, Map<String, Object> body) {
    Reading reading = new Reading();
    Policy policy = read(key, body, reading);
    return result(policy, body, reading);
  }

  private static ParsedPolicy result(Policy policy, Map<String, Object> body, Reading reading) {
    List<Finding> findings = FindingOrder.sorted(reading.findings(), body);
    return reading.refused()
        ? new ParsedPolicy.Refused(findings)
        : new ParsedPolicy.Accepted(policy, findings);
  }

  private static Policy read(ObjectKey key, Map<String, Object> body, Reading reading) {
    PolicyKind kind = PolicyKind.of(key.kind()).orElse(null);
    List<PolicyRule> rules = List.of();
    boolean audit = false;
    if (kind == null || kind.replacement() != null) {
      reading.refuse(
          "unsupported-kind",
          "kind",
          key.kind()
              + (kind == null
                  ? " is no policy: write a CiliumNetworkPolicy"
                  : " is an API that Kubernetes has replaced: write a " + kind.replacement()));
    } else if (kind.namespaced() == key.namespace().isEmpty()) {
      reading.refuse(
          kind.namespaced() ? "missing-field" : "bad-value",
          "metadata.namespace",
          kind.namespaced()
              ? "a " + key.kind() + " belongs to a namespace: write metadata.namespace"
              : "a " + key.kind() + " is for the whole cluster: take the namespace out");
    } else {
      boolean known = PolicyObject.check(body, kind, reading);
      audit = PolicyObject.audit(body, reading);
      rules =
          switch (kind) {
            case CILIUM_NETWORK_POLICY, CILIUM_CLUSTERWIDE_NETWORK_POLICY ->
                new CiliumPolicyReader(reading, key.namespace()).read(body, known);
            case NETWORK_POLICY ->
                new NetworkPolicyReader(reading, key.namespace()).read(body, known);
            case CLUSTER_NETWORK_POLICY -> new ClusterPolicyReader(reading).read(body, known);
            case ADMIN_NETWORK_POLICY, BASELINE_ADMIN_NETWORK_POLICY -> List.of();
          };
    }
    return new Policy(key, rules, audit);
  }
}
