package dev.sluice.core.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of objects that are policies. */
public enum PolicyKind {
  CILIUM_NETWORK_POLICY("CiliumNetworkPolicy", "cilium.io/v2", true, null),
  CILIUM_CLUSTERWIDE_NETWORK_POLICY("CiliumClusterwideNetworkPolicy", "cilium.io/v2", false, null),
  NETWORK_POLICY("NetworkPolicy", "networking.k8s.io/v1", true, null),
  CLUSTER_NETWORK_POLICY("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2", false, null),
  ADMIN_NETWORK_POLICY(
      "AdminNetworkPolicy",
      "policy.networking.k8s.io/v1alpha1",
      false,
      "ClusterNetworkPolicy with tier: Admin"),
  BASELINE_ADMIN_NETWORK_POLICY(
      "BaselineAdminNetworkPolicy",
      "policy.networking.k8s.io/v1alpha1",
      false,
      "ClusterNetworkPolicy with tier: Baseline");

  private final String text;
  private final String apiVersion;
  private final boolean namespaced;
  private final String replacement;

  PolicyKind(String text, String apiVersion, boolean namespaced, String replacement) {
    this.text = text;
    this.apiVersion = apiVersion;
    this.namespaced = namespaced;
    this.replacement = replacement;
  }

  private static final Map<String, PolicyKind> BY_TEXT =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(PolicyKind::text, one -> one));

  public static Optional<PolicyKind> of(String kind) {
    return Optional.ofNullable(BY_TEXT.get(kind));
  }

  /** Whether objects of the kind are policies. Asked of every record. */
  static boolean has(String kind) {
    return BY_TEXT.containsKey(kind);
  }

  /** {@code CiliumNetworkPolicy}. */
  public String text() {
    return text;
  }

  /** {@code cilium.io/v2}: the only version that is read. */
  public String apiVersion() {
    return apiVersion;
  }

  /** Whether objects of the kind belong to a namespace. */
  public boolean namespaced() {
    return namespaced;
  }

  /** The field of a spec that says whom the policy is for. */
  public String subjectField() {
    return switch (this) {
      case CILIUM_NETWORK_POLICY, CILIUM_CLUSTERWIDE_NETWORK_POLICY -> "endpointSelector";
      case NETWORK_POLICY -> "podSelector";
      case CLUSTER_NETWORK_POLICY, ADMIN_NETWORK_POLICY, BASELINE_ADMIN_NETWORK_POLICY -> "subject";
    };
  }

  /** What to write instead of a kind that is refused; null for the others. */
  String replacement() {
    return replacement;
  }

  /** The names of all kinds, those that are refused too: a refusal must be told as well. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(PolicyKind::text).toList();
  }
}
