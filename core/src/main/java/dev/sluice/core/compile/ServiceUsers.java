package dev.sluice.core.compile;

import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.service.ServiceFacts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which policies name Services as peers, and so must be compiled again when those change. */
final class ServiceUsers {
  private final Map<String, TreeSet<String>> byService = new HashMap<>();

  /** Policies that select Services by label. */
  private final SelectorTable<String> bySelector;

  ServiceUsers(Work work) {
    this.bySelector = new SelectorTable<>(policy -> policy, work);
  }

  /** One more policy, by its {@code kind/namespace/name}. */
  void add(String text, Policy policy) {
    peers(
        policy,
        peer -> {
          switch (peer) {
            case Peer.Service one ->
                byService.computeIfAbsent(key(one), u -> new TreeSet<>()).add(text);
            case Peer.Services several -> bySelector.use(several.selector(), text);
            default -> {}
          }
        });
  }

  void remove(String text, Policy policy) {
    peers(
        policy,
        peer -> {
          if (peer instanceof Peer.Services several) {
            bySelector.release(several.selector(), text);
          } else if (peer instanceof Peer.Service one && byService.containsKey(key(one))) {
            byService.get(key(one)).remove(text);
            byService.computeIfPresent(key(one), (u, left) -> left.isEmpty() ? null : left);
          }
        });
  }

  /** Those that may mean a Service, as it was or as it is. */
  Set<String> of(KnownServices.Change change) {
    TreeSet<String> users = new TreeSet<>(byService.getOrDefault(change.name(), new TreeSet<>()));
    for (ServiceFacts facts : Arrays.asList(change.before(), change.now())) {
      if (facts != null) {
        bySelector
            .selecting(KnownServices.labels(facts))
            .forEach(entry -> users.addAll(entry.users()));
      }
    }
    return users;
  }

  private static String key(Peer.Service peer) {
    return peer.namespace() + "/" + peer.name();
  }

  private static void peers(Policy policy, java.util.function.Consumer<Peer> visitor) {
    policy
        .rules()
        .forEach(
            rule ->
                rule.egress().rules().stream()
                    .map(TrafficRule::peers)
                    .filter(TrafficRule.Peers.AnyOf.class::isInstance)
                    .map(TrafficRule.Peers.AnyOf.class::cast)
                    .forEach(any -> any.peers().forEach(visitor)));
  }
}
