package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Confines the selectors of a Cilium object, as Cilium does:
 *
 * <ol>
 *   <li>the subject of a policy in a namespace is always of that namespace; a {@code
 *       k8s:io.kubernetes.pod.namespace} among its matchLabels is replaced;
 *   <li>a peer is of the policy's namespace unless it names a namespace, labels of a namespace, or
 *       a reserved label;
 *   <li>in a cluster-wide policy both are any endpoint that has a namespace, and so neither a node
 *       nor the world; a peer with a reserved label is taken as written.
 * </ol>
 */
final class CiliumScope {
  private static final Requirement SOME_NAMESPACE =
      Requirement.exists(Label.K8S, LabelSelector.POD_NAMESPACE);

  private final Reading reading;
  private final SelectorReader selectors;
  private final String namespace;

  /**
   * @param namespace of the policy; empty for a cluster-wide one
   */
  CiliumScope(Reading reading, String namespace) {
    this.reading = reading;
    this.selectors = new SelectorReader(reading);
    this.namespace = namespace;
  }

  /** Whether the policy is for the whole cluster. */
  boolean clusterwide() {
    return namespace.isEmpty();
  }

  /** Whom a policy is for. */
  Optional<LabelSelector> subject(Object value, String path) {
    return selectors
        .read(value, path, KeyDialect.CILIUM)
        .map(all -> clusterwide() ? anyPod(all) : ownNamespace(all, path));
  }

  /** Endpoints on the other side. */
  Optional<LabelSelector> peer(Object value, String path) {
    return selectors
        .read(value, path, KeyDialect.CILIUM)
        .map(
            all -> {
              if (all.stream().anyMatch(one -> one.source().equals(Label.RESERVED))) {
                return LabelSelector.of(all);
              }
              if (clusterwide()) {
                if (all.stream().noneMatch(CiliumScope::isNamespace)) {
                  all.add(SOME_NAMESPACE);
                }
              } else if (all.stream().noneMatch(CiliumScope::saysWhere)) {
                all.add(inNamespace());
              }
              return LabelSelector.of(all);
            });
  }

  private LabelSelector ownNamespace(List<Requirement> all, String path) {
    List<Requirement> own = new ArrayList<>();
    for (Requirement one : all) {
      boolean foreign =
          one.operator() == Requirement.Operator.IN
              && isNamespace(one)
              && !one.values().contains(namespace);
      boolean replaced = foreign && one.source().equals(Label.K8S) && one.values().size() == 1;
      if (replaced) {
        reading.warn(
            "namespace-forced",
            path,
            "a policy is for endpoints of its own namespace: the namespace named here is read as "
                + namespace);
      } else {
        own.add(one);
      }
    }
    own.add(inNamespace());
    return LabelSelector.of(own);
  }

  private static LabelSelector anyPod(List<Requirement> all) {
    List<Requirement> pods = new ArrayList<>(all);
    pods.add(SOME_NAMESPACE);
    return LabelSelector.of(pods);
  }

  private Requirement inNamespace() {
    return Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace));
  }

  private static boolean isNamespace(Requirement one) {
    return one.key().equals(LabelSelector.POD_NAMESPACE);
  }

  private static boolean saysWhere(Requirement one) {
    return isNamespace(one) || one.key().startsWith(LabelSelector.NAMESPACE_LABELS);
  }
}
