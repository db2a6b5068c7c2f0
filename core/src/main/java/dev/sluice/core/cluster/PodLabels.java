package dev.sluice.core.cluster;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.PeerLabels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;

/**
 * The label set that makes a pod's identity: its own relevant labels, and what it gets from its
 * namespace, service account and cluster. A pod cannot claim the latter with labels of its own.
 */
final class PodLabels {
  static final String NAMESPACE = "io.kubernetes.pod.namespace";
  static final String NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels.";
  static final String SERVICE_ACCOUNT = "io.cilium.k8s.policy.serviceaccount";
  static final String CLUSTER = "io.cilium.k8s.policy.cluster";
  private static final String OURS = "io.cilium.k8s.";

  private PodLabels() {}

  /** Whether only Sluice gives labels with this key. */
  static boolean isOurs(String key) {
    return key.startsWith(OURS) || key.equals(NAMESPACE);
  }

  /**
   * @param namespaceLabels all labels of the pod's namespace; empty while the namespace is unknown
   * @param prefixes labels of the prefixes that the pod's addresses lie in
   */
  static LabelSet of(
      PodFacts pod,
      SortedMap<String, String> namespaceLabels,
      String cluster,
      Collection<Label> prefixes) {
    List<Label> labels = new ArrayList<>(prefixes);
    pod.labels().forEach((key, value) -> labels.add(Label.k8s(key, value)));
    namespaceLabels.forEach((key, value) -> labels.add(Label.k8s(NAMESPACE_LABELS + key, value)));
    labels.add(Label.k8s(NAMESPACE, pod.namespace()));
    labels.add(Label.k8s(SERVICE_ACCOUNT, pod.serviceAccount()));
    labels.add(Label.k8s(CLUSTER, cluster));
    if (pod.audit()) {
      labels.add(PeerLabels.AUDIT);
    }
    return LabelSet.of(labels);
  }
}
