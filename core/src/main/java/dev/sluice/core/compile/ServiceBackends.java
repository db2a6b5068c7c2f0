package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.PeerLabels;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.service.ServiceFacts;
import dev.sluice.core.service.ServiceFold;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom a Service sends traffic to, as label selectors: the pods that its selector selects, or, when
 * it has none, the addresses of its EndpointSlices, which identity-stream gives the Service's
 * label.
 */
final class ServiceBackends {
  private final ServiceFold services;

  ServiceBackends(ServiceFold services) {
    this.services = services;
  }

  /** Of one Service; nobody when it does not exist. */
  List<LabelSelector> of(String namespace, String name) {
    return services.service(namespace + "/" + name).map(ServiceBackends::backends).stream()
        .toList();
  }

  /**
   * Of all Services with such labels.
   *
   * @param namespace empty for every namespace
   */
  List<LabelSelector> of(String namespace, LabelSelector selector) {
    return services.services().values().stream()
        .filter(facts -> namespace.isEmpty() || namespace.equals(facts.namespace()))
        .filter(facts -> selector.matches(labels(facts)))
        .map(ServiceBackends::backends)
        .distinct()
        .toList();
  }

  private static LabelSet labels(ServiceFacts facts) {
    List<Label> labels = new ArrayList<>();
    facts.labels().forEach((key, value) -> labels.add(Label.k8s(key, value)));
    return LabelSet.of(labels);
  }

  private static LabelSelector backends(ServiceFacts facts) {
    if (facts.selector().isEmpty()) {
      return PeerSelectors.outside(PeerLabels.service(facts.namespace(), facts.name()));
    }
    List<Requirement> all = new ArrayList<>();
    facts.selector().forEach((key, value) -> all.add(equal(key, value)));
    all.add(equal(LabelSelector.POD_NAMESPACE, facts.namespace()));
    return LabelSelector.of(all);
  }

  private static Requirement equal(String key, String value) {
    return Requirement.in(Label.K8S, key, List.of(value));
  }
}
