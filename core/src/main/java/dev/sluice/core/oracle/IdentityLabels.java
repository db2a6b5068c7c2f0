package dev.sluice.core.oracle;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The labels of a pod that selectors see.
 *
 * <ol>
 *   <li>Its own, but for those of Cilium's default exclusions; where an inclusion matches more of
 *       the key than any exclusion, it stays.
 *   <li>No label of its own may pass for one that the cluster gives.
 *   <li>Its namespace, its namespace's labels, its service account and its cluster.
 * </ol>
 *
 * <p>Source: cilium {@code pkg/labelsfilter/filter.go}, {@code defaultLabelPrefixCfg}.
 */
final class IdentityLabels {
  private static final String NAMESPACE = "io.kubernetes.pod.namespace";
  private static final String GIVEN = "io.cilium.k8s.";

  private static final List<Pattern> INCLUDED =
      patterns(
          "io\\.kubernetes\\.pod\\.namespace",
          "io\\.cilium\\.k8s\\.namespace\\.labels",
          "io\\.cilium\\.k8s\\.policy\\.cluster",
          "io\\.cilium\\.k8s\\.policy\\.serviceaccount",
          "app\\.kubernetes\\.io");
  private static final List<Pattern> EXCLUDED =
      patterns(
          "io\\.kubernetes",
          "kubernetes\\.io",
          "statefulset\\.kubernetes\\.io/pod-name",
          "apps\\.kubernetes\\.io/pod-index",
          "batch\\.kubernetes\\.io/job-completion-index",
          "batch\\.kubernetes\\.io/controller-uid",
          ".*beta\\.kubernetes\\.io",
          "k8s\\.io",
          "pod-template-generation",
          "pod-template-hash",
          "controller-revision-hash",
          "controller-uid",
          "annotation.*",
          "etcd_node",
          "topology\\.kubernetes\\.io");

  private IdentityLabels() {}

  static LabelSet of(World world, World.Pod pod) {
    List<Label> labels = new ArrayList<>();
    pod.labels()
        .forEach(
            (key, value) -> {
              if (!key.startsWith(GIVEN) && !key.equals(NAMESPACE) && isRelevant(key)) {
                labels.add(Label.k8s(key, value));
              }
            });
    world
        .namespaces()
        .getOrDefault(pod.namespace(), Map.of())
        .forEach((key, value) -> labels.add(Label.k8s(GIVEN + "namespace.labels." + key, value)));
    labels.add(Label.k8s(NAMESPACE, pod.namespace()));
    labels.add(Label.k8s(GIVEN + "policy.serviceaccount", pod.serviceAccount()));
    labels.add(Label.k8s(GIVEN + "policy.cluster", world.settings().cluster()));
    return LabelSet.of(labels);
  }

  private static boolean isRelevant(String key) {
    int excluded = matched(EXCLUDED, key);
    return excluded == 0 || matched(INCLUDED, key) > excluded;
  }

  /** How much of the beginning of the key the best of the patterns matches. */
  private static int matched(List<Pattern> patterns, String key) {
    int most = 0;
    for (Pattern pattern : patterns) {
      Matcher matcher = pattern.matcher(key);
      most = matcher.lookingAt() ? Math.max(most, matcher.end()) : most;
    }
    return most;
  }

  private static List<Pattern> patterns(String... texts) {
    return java.util.Arrays.stream(texts).map(Pattern::compile).toList();
  }
}
