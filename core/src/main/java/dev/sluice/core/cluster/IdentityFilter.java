package dev.sluice.core.cluster;

import java.util.List;

/**
 * Which labels make an identity: Cilium's default list. The longest pattern that matches at the
 * start of a key decides; a key that none matches counts. Without the exclusions every rollout of a
 * Deployment, and every pod of a StatefulSet, would make an identity.
 *
 * <p>Source: cilium {@code pkg/labelsfilter/filter.go}, {@code defaultLabelPrefixCfg}.
 */
public final class IdentityFilter {
  private static final List<String> INCLUDED =
      List.of(
          "io.kubernetes.pod.namespace",
          "io.cilium.k8s.namespace.labels",
          "io.cilium.k8s.policy.cluster",
          "io.cilium.k8s.policy.serviceaccount",
          "app.kubernetes.io");

  private static final List<String> EXCLUDED =
      List.of(
          "io.kubernetes",
          "kubernetes.io",
          "statefulset.kubernetes.io/pod-name",
          "apps.kubernetes.io/pod-index",
          "batch.kubernetes.io/job-completion-index",
          "batch.kubernetes.io/controller-uid",
          "k8s.io",
          "pod-template-generation",
          "pod-template-hash",
          "controller-revision-hash",
          "controller-uid",
          "annotation",
          "etcd_node",
          "topology.kubernetes.io");

  private static final String BETA = "beta.kubernetes.io";

  private IdentityFilter() {}

  /** Whether a label with this key, of source k8s, takes part in the identity. */
  public static boolean counts(String key) {
    int excluded = Math.max(longest(EXCLUDED, key), beta(key));
    return excluded == 0 || longest(INCLUDED, key) > excluded;
  }

  /** {@code .*beta.kubernetes.io} matches anything up to the last beta. */
  private static int beta(String key) {
    int last = key.lastIndexOf(BETA);
    return last < 0 ? 0 : last + BETA.length();
  }

  private static int longest(List<String> patterns, String key) {
    return patterns.stream().filter(key::startsWith).mapToInt(String::length).max().orElse(0);
  }
}
