package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the selectors of the objects of Kubernetes, which always select pods: every selector says
 * of which namespaces, so that none selects a node or the world.
 */
final class KubernetesScope {
  private static final Requirement SOME_NAMESPACE =
      Requirement.exists(Label.K8S, LabelSelector.POD_NAMESPACE);

  private final SelectorReader selectors;

  KubernetesScope(Reading reading) {
    this.selectors = new SelectorReader(reading);
  }

  /** Pods of one namespace. */
  Optional<LabelSelector> podsOf(String namespace, Object pods, String path) {
    return selectors
        .read(pods, path, KeyDialect.POD)
        .map(
            all -> {
              all.add(Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace)));
              return LabelSelector.of(all);
            });
  }

  /** Every pod of the namespaces that a selector selects. */
  Optional<LabelSelector> namespaces(Object namespaces, String path) {
    return selectors.read(namespaces, path, KeyDialect.NAMESPACE).map(KubernetesScope::pods);
  }

  /** The pods that one selector selects, in the namespaces that the other does. */
  Optional<LabelSelector> podsIn(
      Object namespaces, String namespacesPath, Object pods, String podsPath) {
    Optional<List<Requirement>> where =
        selectors.read(namespaces, namespacesPath, KeyDialect.NAMESPACE);
    Optional<List<Requirement>> which = selectors.read(pods, podsPath, KeyDialect.POD);
    if (where.isEmpty() || which.isEmpty()) {
      return Optional.empty();
    }
    List<Requirement> all = new ArrayList<>(where.get());
    all.addAll(which.get());
    return Optional.of(pods(all));
  }

  private static LabelSelector pods(List<Requirement> all) {
    List<Requirement> pods = new ArrayList<>(all);
    pods.add(SOME_NAMESPACE);
    return LabelSelector.of(pods);
  }
}
