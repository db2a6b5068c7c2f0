package dev.sluice.ingest.world;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.ingest.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What scheduling and addressing need of a Node object.
 *
 * @param podCidrs prefixes of its pods' addresses, at most one a family, IPv4 first
 * @param internalAddresses IPv4 first
 */
record NodeView(
    String name,
    boolean schedulable,
    Map<String, Object> labels,
    List<Prefix> podCidrs,
    List<IpAddress> internalAddresses) {

  static NodeView of(Manifest manifest) {
    Map<String, Object> spec = Expansion.map(manifest.body(), "spec");
    TreeSet<Prefix> prefixes = new TreeSet<>();
    if (spec.get("podCIDRs") instanceof List<?> list) {
      list.forEach(cidr -> prefixes.add(Prefix.parse(cidr.toString())));
    }
    if (spec.get("podCIDR") instanceof String cidr) {
      prefixes.add(Prefix.parse(cidr));
    }
    List<Prefix> onePerFamily = new ArrayList<>();
    for (Prefix prefix : prefixes) {
      if (onePerFamily.stream().noneMatch(p -> p.address().v6() == prefix.address().v6())) {
        onePerFamily.add(prefix);
      }
    }
    return new NodeView(
        manifest.key().name(),
        !Boolean.TRUE.equals(spec.get("unschedulable")),
        Expansion.map(Expansion.map(manifest.body(), "metadata"), "labels"),
        List.copyOf(onePerFamily),
        internal(Expansion.map(manifest.body(), "status")));
  }

  private static List<IpAddress> internal(Map<String, Object> status) {
    List<IpAddress> addresses = new ArrayList<>();
    if (status.get("addresses") instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> address && "InternalIP".equals(address.get("type"))) {
          addresses.add(IpAddress.parse(address.get("address").toString()));
        }
      }
    }
    addresses.sort(null);
    return List.copyOf(addresses);
  }

  boolean covers(IpAddress address) {
    return podCidrs.stream().anyMatch(prefix -> prefix.contains(address));
  }
}
