package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The endpoints and addresses as identity-stream gave them last. Found by hash: they are as many as
 * the cluster's pods, and each change asks for several. One compilation owns it.
 */
final class LatestRows {
  private final Map<String, ClusterRecord.Endpoint> endpoints = new HashMap<>();
  private final Map<String, ClusterRecord.Address> addresses = new HashMap<>();

  /** Sets the endpoint of a key, or takes it away when null; returns the one before. */
  ClusterRecord.Endpoint endpoint(String key, ClusterRecord.Endpoint now) {
    return now == null ? endpoints.remove(key) : endpoints.put(key, now);
  }

  /** Sets the address of a key, or takes it away when null; returns the one before. */
  ClusterRecord.Address address(String key, ClusterRecord.Address now) {
    return now == null ? addresses.remove(key) : addresses.put(key, now);
  }

  /** The address of a key; null when there is none. */
  ClusterRecord.Address address(String key) {
    return addresses.get(key);
  }

  /** By key. */
  List<ClusterRecord.Endpoint> endpoints() {
    return List.copyOf(new TreeMap<>(endpoints).values());
  }

  /** By key. */
  List<ClusterRecord.Address> addresses() {
    return List.copyOf(new TreeMap<>(addresses).values());
  }
}
