package dev.sluice.core.cluster;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.PolicyUses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The addresses that EndpointSlices list and that are no pod's, by Service, and the labels of the
 * Services that have no selector. Of other Services the backends are pods, which need nothing here.
 */
final class ServiceAddresses {
  /** The Service of the API server itself. */
  static final String API_SERVER = "default/kubernetes";

  /**
   * A Service without selector.
   *
   * @param name {@code namespace/name}
   */
  record Listing(String name, SortedMap<String, String> labels) {}

  /**
   * An EndpointSlice, as far as it lists addresses that are no pod's.
   *
   * @param name {@code namespace/name}
   * @param service {@code namespace/name}
   */
  record Slice(String name, String service, List<Prefix> addresses) {}

  private final TreeMap<String, Listing> listings = new TreeMap<>();
  private final TreeMap<String, Slice> slices = new TreeMap<>();
  private final Map<String, TreeSet<String>> slicesOf = new TreeMap<>();

  /** Sets a Service that lists its endpoints itself. */
  void put(Listing listing) {
    listings.put(listing.name, listing);
  }

  /** The Service has gone, or has a selector. */
  void removeListing(String name) {
    listings.remove(name);
  }

  /** Sets a slice; gives the Services that it belongs and belonged to. */
  Set<String> put(Slice slice) {
    Set<String> owners = removeSlice(slice.name);
    if (!slice.addresses.isEmpty()) {
      slices.put(slice.name, slice);
      slicesOf.computeIfAbsent(slice.service, unused -> new TreeSet<>()).add(slice.name);
      owners.add(slice.service);
    }
    return owners;
  }

  /** Takes a slice away; gives the Service that it belonged to. */
  Set<String> removeSlice(String name) {
    Slice old = slices.remove(name);
    if (old == null) {
      return new TreeSet<>();
    }
    slicesOf.get(old.service).remove(name);
    slicesOf.computeIfPresent(old.service, (unused, left) -> left.isEmpty() ? null : left);
    return new TreeSet<>(Set.of(old.service));
  }

  /** By name. */
  List<Listing> listings() {
    return List.copyOf(listings.values());
  }

  /** By name. */
  List<Slice> slices() {
    return List.copyOf(slices.values());
  }

  /** The Services that list their endpoints themselves. */
  Set<String> names() {
    return listings.keySet();
  }

  boolean listsItself(String name) {
    return listings.containsKey(name);
  }

  /** Whether a rule for Services by their labels means this one. */
  boolean isMeant(String name, PolicyUses.ServiceSelector selector) {
    List<Label> labels = new ArrayList<>();
    listings.get(name).labels.forEach((key, value) -> labels.add(Label.k8s(key, value)));
    return (selector.namespace().isEmpty() || selector.namespace().equals(namespace(name)))
        && selector.selector().matches(LabelSet.of(labels));
  }

  /** The addresses that a Service's slices list, sorted. */
  Set<Prefix> addresses(String service) {
    TreeSet<Prefix> addresses = new TreeSet<>();
    slicesOf
        .getOrDefault(service, new TreeSet<>())
        .forEach(slice -> addresses.addAll(slices.get(slice).addresses));
    return addresses;
  }

  String namespace(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  String name(String name) {
    return name.substring(name.indexOf('/') + 1);
  }
}
