package dev.sluice.node.apply;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.MapSizes;
import dev.sluice.node.endpoint.KernelEndpoints;
import dev.sluice.node.link.PodLink;
import dev.sluice.node.mirror.KernelMaps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel that holds the applier to its contract: an endpoint opens only under an identity that
 * has policy entries, policy entries change only while their endpoints are marked, an identity that
 * an open endpoint has keeps its entries, and a map never holds more than fits.
 */
final class FakeKernel implements KernelMaps, KernelEndpoints {
  final Map<KernelEntry.Key, KernelEntry> entries = new LinkedHashMap<>();
  final Map<Integer, Held> endpoints = new HashMap<>();
  final List<String> log = new ArrayList<>();
  final Set<Integer> changing = new HashSet<>();
  MapSizes capacity = new MapSizes(1000, 1000, 1000);
  int writes;

  /** The write with this number fails, counted down. */
  int failIn = -1;

  @Override
  public List<KernelEntry> readBack() {
    return List.copyOf(entries.values());
  }

  @Override
  public Optional<KernelEntry> find(KernelEntry.Key key) {
    return Optional.ofNullable(entries.get(key));
  }

  @Override
  public void put(List<KernelEntry> list) {
    for (KernelEntry entry : list) {
      write(entry.key());
      entries.put(entry.key(), entry);
      if (entry instanceof AddressEntry address) {
        log.add("address " + address.key().prefix() + "=" + address.identity());
      } else if (entry.key() instanceof PolicyKey key) {
        log.add("policy " + key.subject());
      }
      if (!sizes().fitsInto(capacity)) {
        throw new AssertionError("a map is over-full");
      }
    }
  }

  @Override
  public void remove(List<KernelEntry.Key> keys) {
    for (KernelEntry.Key key : keys) {
      write(key);
      entries.remove(key);
      log.add("remove " + key);
      if (key instanceof PolicyKey policy
          && endpoints.values().stream().anyMatch(e -> e.identity() == policy.subject())
          && !hasPolicy(policy.subject())) {
        throw new AssertionError("identity " + policy.subject() + " is in use");
      }
    }
  }

  private void write(KernelEntry.Key key) {
    if (key instanceof PolicyKey policy && !changing.contains(policy.subject())) {
      throw new AssertionError("subject " + policy.subject() + " was not marked");
    }
    if (failIn >= 0 && failIn-- == 0) {
      throw new IllegalStateException("no memory");
    }
    writes++;
  }

  private boolean hasPolicy(int identity) {
    return entries.keySet().stream()
        .anyMatch(key -> key instanceof PolicyKey policy && policy.subject() == identity);
  }

  MapSizes sizes() {
    int policy = (int) entries.keySet().stream().filter(PolicyKey.class::isInstance).count();
    return new MapSizes(policy, entries.size() - policy, 0);
  }

  @Override
  public MapSizes capacity() {
    return capacity;
  }

  @Override
  public Held attach(PodLink link, int ifindex) {
    return endpoints.computeIfAbsent(ifindex, index -> Held.CLOSED);
  }

  @Override
  public void open(PodLink link, int ifindex, long endpoint, int identity) {
    if (!hasPolicy(identity)) {
      throw new AssertionError("identity " + identity + " has no policy in the kernel");
    }
    writes++;
    endpoints.put(ifindex, new Held(endpoint, identity));
    log.add("open " + endpoint + " as " + identity);
  }

  @Override
  public void close(PodLink link, int ifindex) {
    writes++;
    endpoints.put(ifindex, Held.CLOSED);
    log.add("close " + link.pod());
  }

  @Override
  public void detach(PodLink link, int ifindex) {
    endpoints.remove(ifindex);
    log.add("detach " + link.pod());
  }

  @Override
  public void beginChange(Set<Integer> identities) {
    changing.addAll(identities);
  }

  @Override
  public void endChange(Set<Integer> identities) {
    changing.removeAll(identities);
    log.add("changed " + identities);
  }
}
