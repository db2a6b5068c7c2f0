package dev.sluice.node.apply;

import dev.sluice.node.endpoint.EndpointState;
import dev.sluice.node.endpoint.EndpointTable;
import dev.sluice.node.endpoint.EndpointView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who waits for a pod's endpoint to be ready, by {@code namespace/pod}. For one thread. */
final class ReadyWaiters {
  private final EndpointTable endpoints;
  private final Map<String, List<CompletableFuture<EndpointView>>> waiting = new HashMap<>();

  ReadyWaiters(EndpointTable endpoints) {
    this.endpoints = endpoints;
  }

  CompletableFuture<EndpointView> add(String key) {
    CompletableFuture<EndpointView> waiter = new CompletableFuture<>();
    waiting.computeIfAbsent(key, pod -> new ArrayList<>()).add(waiter);
    answer();
    return waiter;
  }

  /** Endpoints may have become ready. */
  void answer() {
    waiting
        .entrySet()
        .removeIf(
            entry -> {
              Optional<EndpointView> view = endpoints.view(entry.getKey());
              boolean ready = view.filter(v -> v.state() == EndpointState.READY).isPresent();
              if (ready) {
                entry.getValue().forEach(waiter -> waiter.complete(view.orElseThrow()));
              }
              return ready || entry.getValue().stream().allMatch(CompletableFuture::isDone);
            });
  }
}
