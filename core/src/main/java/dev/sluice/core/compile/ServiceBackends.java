package dev.sluice.core.compile;

import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.PeerLabels;
import dev.sluice.core.service.ServiceFacts;
import java.util.List;

/**
 * Whom a Service sends traffic to, as label selectors: the pods that its selector selects, or, when
 * it has none, the addresses of its EndpointSlices, which identity-stream gives the Service's
 * label.
 */
final class ServiceBackends {
  private final KnownServices services;

  ServiceBackends(KnownServices services) {
    this.services = services;
  }

  /** Of one Service; nobody when it does not exist. */
  List<LabelSelector> of(String namespace, String name) {
    return services.get(namespace + "/" + name).map(ServiceBackends::backends).stream().toList();
  }

  /**
   * Of all Services with such labels.
   *
   * @param namespace empty for every namespace
   */
  List<LabelSelector> of(String namespace, LabelSelector selector) {
    return services.select(selector).stream()
        .filter(facts -> namespace.isEmpty() || namespace.equals(facts.namespace()))
        .map(ServiceBackends::backends)
        .distinct()
        .toList();
  }

  private static LabelSelector backends(ServiceFacts facts) {
    return KnownServices.pods(facts)
        .orElseGet(
            () -> PeerSelectors.outside(PeerLabels.service(facts.namespace(), facts.name())));
  }
}
