package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads policy objects. Nothing of an object is passed over: a field that this version cannot
 * enforce refuses the object by name, a field that nobody knows refuses it with the nearest one
 * that is known. Pure; any thread.
 */
public final class PolicyParser {
  /** The kind that this version enforces. */
  public static final String CILIUM_NETWORK_POLICY = "CiliumNetworkPolicy";

  private static final Set<String> LATER_KINDS =
      Set.of(
          "CiliumClusterwideNetworkPolicy",
          "NetworkPolicy",
          "ClusterNetworkPolicy",
          "AdminNetworkPolicy",
          "BaselineAdminNetworkPolicy");

  private PolicyParser() {}

  /** Whether objects of the kind are policies, supported or not. */
  public static boolean isPolicy(String kind) {
    return kind.equals(CILIUM_NETWORK_POLICY) || LATER_KINDS.contains(kind);
  }

  /** Reads an object's body; every finding is reported, not only the first. */
  public static ParsedPolicy parse(ObjectKey key, Map<String, Object> body) {
    Reading reading = new Reading();
    List<PolicyRule> rules = List.of();
    if (!key.kind().equals(CILIUM_NETWORK_POLICY)) {
      reading.refuse(
          "unsupported-kind",
          "kind",
          key.kind() + " is not supported by this version: write a " + CILIUM_NETWORK_POLICY);
    } else if (key.namespace().isEmpty()) {
      reading.refuse(
          "missing-field",
          "metadata.namespace",
          "a " + CILIUM_NETWORK_POLICY + " belongs to a namespace: write metadata.namespace");
    } else {
      rules = new CiliumPolicyReader(key, reading).read(body);
    }
    List<Finding> findings = FindingOrder.sorted(reading.findings(), body);
    boolean refused = findings.stream().anyMatch(one -> one.severity() == Finding.Severity.REFUSED);
    return refused
        ? new ParsedPolicy.Refused(findings)
        : new ParsedPolicy.Accepted(new Policy(key, rules, false), findings);
  }
}
