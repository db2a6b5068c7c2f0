package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.service.ServiceFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The Services as policies see them: found by name, by their own labels, and by the pods that they
 * select. One fold owns it.
 */
final class KnownServices {
  /** What became of one Service; null for not there. */
  record Change(String name, ServiceFacts before, ServiceFacts now) {}

  private final Map<String, ServiceFacts> facts = new HashMap<>();
  private final LabelIndex<String> byLabels;
  private final SelectorTable<String> byPods;

  KnownServices(Work work) {
    this.byLabels = new LabelIndex<>(work);
    this.byPods = new SelectorTable<>(service -> service, work);
  }

  /**
   * Sets a Service, or takes it away when null.
   *
   * @param name {@code namespace/name}
   * @return empty when it is as before
   */
  Optional<Change> put(String name, ServiceFacts now) {
    ServiceFacts before = now == null ? facts.remove(name) : facts.put(name, now);
    if (Objects.equals(before, now)) {
      return Optional.empty();
    }
    if (before != null) {
      byLabels.remove(name);
      pods(before).ifPresent(selector -> byPods.release(selector, name));
    }
    if (now != null) {
      byLabels.add(name, labels(now));
      pods(now).ifPresent(selector -> byPods.use(selector, name));
    }
    return Optional.of(new Change(name, before, now));
  }

  /** A Service, by {@code namespace/name}. */
  Optional<ServiceFacts> get(String name) {
    return Optional.ofNullable(facts.get(name));
  }

  /** The Services whose own labels a selector selects, by name. */
  List<ServiceFacts> select(LabelSelector selector) {
    return byLabels.select(selector).stream().map(facts::get).toList();
  }

  /** The Services that send traffic to pods with these labels, by name. */
  Collection<ServiceFacts> of(LabelSet pods) {
    TreeSet<String> names = new TreeSet<>();
    byPods.selecting(pods).forEach(entry -> names.addAll(entry.users()));
    return names.stream().map(facts::get).toList();
  }

  /** The labels that a Service itself has. */
  static LabelSet labels(ServiceFacts service) {
    List<Label> labels = new ArrayList<>();
    service.labels().forEach((key, value) -> labels.add(Label.k8s(key, value)));
    return LabelSet.of(labels);
  }

  /** The pods that a Service sends traffic to; empty when it does not select any. */
  static Optional<LabelSelector> pods(ServiceFacts service) {
    if (service.selector().isEmpty()) {
      return Optional.empty();
    }
    List<Requirement> all = new ArrayList<>();
    service.selector().forEach((key, value) -> all.add(is(key, value)));
    all.add(is(LabelSelector.POD_NAMESPACE, service.namespace()));
    return Optional.of(LabelSelector.of(all));
  }

  private static Requirement is(String key, String value) {
    return Requirement.in(Label.K8S, key, List.of(value));
  }
}
