package dev.sluice.core.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdentityFilterTest {
  @Test
  void ordinaryLabelsAndCiliumsIncludedOnesCount() {
    for (String key :
        List.of(
            "app",
            "team",
            "app.kubernetes.io/name",
            "io.kubernetes.pod.namespace",
            "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name",
            "io.cilium.k8s.policy.cluster",
            "example.com/tier")) {
      assertTrue(IdentityFilter.counts(key), key);
    }
  }

  @Test
  void whatChangesWithEveryRolloutOrPodDoesNot() {
    for (String key :
        List.of(
            "pod-template-hash",
            "pod-template-generation",
            "controller-revision-hash",
            "controller-uid",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "batch.kubernetes.io/job-completion-index",
            "batch.kubernetes.io/controller-uid",
            "topology.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/zone",
            "kubernetes.io/config.seen",
            "k8s.io/thing",
            "io.kubernetes.container.name",
            "annotation.kubernetes.io/x",
            "etcd_node")) {
      assertFalse(IdentityFilter.counts(key), key);
    }
  }
}
