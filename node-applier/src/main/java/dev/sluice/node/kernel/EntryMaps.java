package dev.sluice.node.kernel;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.node.bpf.BpfMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The maps of policies and addresses, written and read back as values of {@code core}. Writes of
 * addresses let connections ask again. Not safe for several writers.
 */
final class EntryMaps {
  private static final String POLICY = "slc_policy";
  private static final String ADDRESSES = "slc_addr";
  private static final String PREFIXES = "slc_prefix";
  private static final String OWN = "slc_own";

  private final Map<String, BpfMap> maps;
  private final Epoch addresses;
  private final BiConsumer<Integer, Boolean> ownChanged;
  private final Map<Integer, Integer> own = new HashMap<>();

  /**
   * @param ownChanged told the endpoints that have addresses of their own now, or not any more
   */
  EntryMaps(Map<String, BpfMap> maps, Epoch addresses, BiConsumer<Integer, Boolean> ownChanged) {
    this.maps = maps;
    this.addresses = addresses;
    this.ownChanged = ownChanged;
    countOwn();
  }

  private void countOwn() {
    own.clear();
    maps.get(OWN)
        .forEach(
            (key, value) ->
                own.merge(EntryCodec.own(key, value).key().endpoint(), 1, Integer::sum));
  }

  /** Whether an endpoint has addresses of its own. */
  boolean hasOwn(int endpoint) {
    return own.containsKey(endpoint);
  }

  /** As {@link NodeDataplane#putAll}. */
  void put(Collection<? extends KernelEntry> entries) {
    Map<String, List<byte[]>> keys = new LinkedHashMap<>();
    Map<String, List<byte[]>> values = new LinkedHashMap<>();
    for (KernelEntry entry : entries) {
      String map = mapOf(entry.key());
      keys.computeIfAbsent(map, name -> new ArrayList<>()).add(key(entry.key()));
      values.computeIfAbsent(map, name -> new ArrayList<>()).add(value(entry));
    }
    Runnable writes =
        () -> keys.forEach((map, all) -> maps.get(map).updateAll(all, values.get(map)));
    if (keys.keySet().equals(Set.of(POLICY))) {
      writes.run();
    } else {
      addresses.during(writes);
    }
    tellOwn(entries.stream().map(KernelEntry::key).toList());
  }

  /** As {@link NodeDataplane#removeAll}. */
  void remove(Collection<? extends KernelEntry.Key> gone) {
    Runnable writes = () -> gone.forEach(key -> maps.get(mapOf(key)).delete(key(key)));
    if (gone.stream().allMatch(PolicyKey.class::isInstance)) {
      writes.run();
    } else {
      addresses.during(writes);
    }
    tellOwn(gone);
  }

  /** Few endpoints have any: their map is counted anew when it was written. */
  private void tellOwn(Collection<? extends KernelEntry.Key> written) {
    Set<Integer> endpoints = new TreeSet<>();
    for (KernelEntry.Key key : written) {
      if (key instanceof AddressKey address && address.endpoint() != 0) {
        endpoints.add(address.endpoint());
      }
    }
    if (endpoints.isEmpty()) {
      return;
    }
    Set<Integer> before = Set.copyOf(own.keySet());
    countOwn();
    for (int endpoint : endpoints) {
      if (before.contains(endpoint) != own.containsKey(endpoint)) {
        ownChanged.accept(endpoint, own.containsKey(endpoint));
      }
    }
  }

  private static String mapOf(KernelEntry.Key key) {
    return switch (key) {
      case PolicyKey policy -> POLICY;
      case AddressKey address when address.endpoint() != 0 -> OWN;
      case AddressKey address -> address.prefix().isSingle() ? ADDRESSES : PREFIXES;
    };
  }

  private static byte[] key(KernelEntry.Key key) {
    return switch (key) {
      case PolicyKey policy -> EntryCodec.key(policy);
      case AddressKey address when address.endpoint() != 0 -> EntryCodec.own(address);
      case AddressKey address ->
          address.prefix().isSingle() ? EntryCodec.address(address) : EntryCodec.prefix(address);
    };
  }

  private static byte[] value(KernelEntry entry) {
    return switch (entry) {
      case PolicyEntry policy -> EntryCodec.value(policy);
      case AddressEntry address when address.key().endpoint() != 0 -> EntryCodec.ownValue(address);
      case AddressEntry address -> EntryCodec.value(address);
    };
  }

  /** The entry under exactly this key, read back. */
  Optional<KernelEntry> find(KernelEntry.Key key) {
    byte[] bytes = key(key);
    return maps.get(mapOf(key)).lookup(bytes).map(value -> entry(key, bytes, value));
  }

  private static KernelEntry entry(KernelEntry.Key key, byte[] bytes, byte[] value) {
    return switch (key) {
      case PolicyKey policy -> EntryCodec.policy(bytes, value);
      case AddressKey address when address.endpoint() != 0 -> EntryCodec.own(bytes, value);
      case AddressKey address when address.prefix().isSingle() -> EntryCodec.address(bytes, value);
      case AddressKey address -> EntryCodec.prefix(bytes, value);
    };
  }

  /** Every entry that the kernel has; in no order. */
  List<KernelEntry> all() {
    List<KernelEntry> entries = new ArrayList<>();
    maps.get(POLICY).forEach((key, value) -> entries.add(EntryCodec.policy(key, value)));
    maps.get(ADDRESSES).forEach((key, value) -> entries.add(EntryCodec.address(key, value)));
    maps.get(PREFIXES).forEach((key, value) -> entries.add(EntryCodec.prefix(key, value)));
    maps.get(OWN).forEach((key, value) -> entries.add(EntryCodec.own(key, value)));
    return entries;
  }
}
