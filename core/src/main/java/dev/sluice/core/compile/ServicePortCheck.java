package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.service.ServiceFacts;
import dev.sluice.core.service.ServiceFold;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rules with the port of a Service where the container's is meant: policy is asked after the
 * Service has been translated, so that such a rule allows nothing.
 */
final class ServicePortCheck implements PolicyCheck {
  /** Identities of one rule that are looked at: pods that run the same have the same ports. */
  private static final int LOOKED_AT = 8;

  private final Compilation compilation;
  private final ServiceFold services;

  /** What each Service was when its users were last told. */
  private final Map<String, ServiceFacts> known = new HashMap<>();

  ServicePortCheck(Compilation compilation, ServiceFold services) {
    this.compilation = compilation;
    this.services = services;
  }

  /** Takes up the Services that a snapshot brought. */
  void restore() {
    known.putAll(services.services());
  }

  /**
   * Services may have changed, by {@code namespace/name}.
   *
   * @return the policies to which that may make a difference
   */
  Set<String> changed(Set<String> names) {
    TreeSet<String> users = new TreeSet<>();
    for (String name : names) {
      ServiceFacts now = services.service(name).orElse(null);
      ServiceFacts before = now == null ? known.remove(name) : known.put(name, now);
      if (now == null ? before != null : !now.equals(before)) {
        users(before, users);
        users(now, users);
      }
    }
    return users;
  }

  private void users(ServiceFacts service, Set<String> into) {
    if (service == null || service.selector().isEmpty()) {
      return;
    }
    for (int number : compilation.identities().select(pods(service))) {
      compilation.users(compilation.identities().labels(number)).forEach(into::add);
    }
  }

  private static LabelSelector pods(ServiceFacts service) {
    List<Requirement> all = new ArrayList<>();
    service.selector().forEach((key, value) -> all.add(is(key, value)));
    all.add(is(LabelSelector.POD_NAMESPACE, service.namespace()));
    return LabelSelector.of(all);
  }

  private static Requirement is(String key, String value) {
    return Requirement.in(Label.K8S, key, List.of(value));
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      rule.ingress().rules().forEach(one -> check(one, List.of(rule.subject()), told));
      rule.egress().rules().forEach(one -> check(one, peers(one), told));
    }
  }

  private static List<LabelSelector> peers(TrafficRule rule) {
    List<LabelSelector> selectors = new ArrayList<>();
    if (rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers)) {
      for (TrafficRule.Peer peer : peers) {
        if (peer instanceof TrafficRule.Peer.Endpoints endpoints) {
          selectors.add(endpoints.selector());
        }
      }
    }
    return selectors;
  }

  private void check(TrafficRule rule, List<LabelSelector> destinations, List<Finding> told) {
    for (TrafficRule.PortRule port : rule.ports()) {
      if (port.ports() instanceof TrafficRule.Ports.Range(int first, int last)
          && first == last
          && port.protocol().hasPorts()) {
        destinations.stream()
            .flatMap(selector -> mistaken(selector, port, first).stream())
            .findFirst()
            .ifPresent(
                message ->
                    told.add(
                        PolicyCheck.warning(PolicyWarnings.SERVICE_PORT, port.path(), message)));
      }
    }
  }

  private Optional<String> mistaken(
      LabelSelector destination, TrafficRule.PortRule rule, int port) {
    List<Integer> numbers =
        compilation.identities().select(destination).stream()
            .filter(compilation::inUse)
            .sorted()
            .limit(LOOKED_AT)
            .toList();
    for (int number : numbers) {
      LabelSet labels = compilation.identities().labels(number);
      String namespace = labels.value(Label.K8S, LabelSelector.POD_NAMESPACE).orElse("");
      // '0' follows '/': exactly the Services of the namespace.
      for (ServiceFacts service :
          services.services().subMap(namespace + "/", namespace + "0").values()) {
        if (!service.selector().isEmpty() && pods(service).matches(labels)) {
          Optional<String> message = mistaken(service, rule, port, number);
          if (message.isPresent()) {
            return message;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> mistaken(
      ServiceFacts service, TrafficRule.PortRule rule, int port, int identity) {
    Set<String> targets = new TreeSet<>();
    for (ServiceFacts.Port one : service.ports()) {
      if (rule.protocol().numbers().contains(one.protocol().number())) {
        if (targets(one, identity).contains(port)) {
          return Optional.empty();
        }
        if (one.port() == port) {
          targets.add(one.target());
        }
      }
    }
    return targets.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d is the port of Service %s, and policy sees the port of the container: write %s"
                .formatted(port, service.key(), "\"" + String.join("\", \"", targets) + "\""));
  }

  /** The numbers that a Service's port leads to on a pod. */
  private Set<Integer> targets(ServiceFacts.Port port, int identity) {
    if (port.targetNumber() != 0) {
      return Set.of(port.targetNumber());
    }
    Set<Integer> numbers = new TreeSet<>();
    var row = compilation.portNames().row(identity);
    if (row != null) {
      row.ports().stream()
          .filter(named -> named.name().equals(port.target()))
          .forEach(named -> numbers.add(named.port()));
    }
    return numbers;
  }
}
