package dev.sluice.core.compile;

import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.policy.TrafficRule.Peer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which policies name Services as peers, and so must be compiled again when those change. */
final class ServiceUsers {
  private final Map<String, TreeSet<String>> byService = new HashMap<>();

  /** Policies that select Services by label: any may begin or cease to be meant. */
  private final TreeSet<String> bySelector = new TreeSet<>();

  /** One more policy, by its {@code kind/namespace/name}. */
  void add(String text, Policy policy) {
    peers(
        policy,
        peer -> {
          switch (peer) {
            case Peer.Service one ->
                byService.computeIfAbsent(key(one), u -> new TreeSet<>()).add(text);
            case Peer.Services several -> bySelector.add(text);
            default -> {}
          }
        });
  }

  void remove(String text, Policy policy) {
    bySelector.remove(text);
    peers(
        policy,
        peer -> {
          if (peer instanceof Peer.Service one && byService.containsKey(key(one))) {
            byService.get(key(one)).remove(text);
            byService.computeIfPresent(key(one), (u, left) -> left.isEmpty() ? null : left);
          }
        });
  }

  /** Those that may mean one of the Services, by {@code namespace/name}. */
  Set<String> of(Set<String> services) {
    TreeSet<String> users = new TreeSet<>();
    if (!services.isEmpty()) {
      users.addAll(bySelector);
    }
    services.forEach(service -> users.addAll(byService.getOrDefault(service, new TreeSet<>())));
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
