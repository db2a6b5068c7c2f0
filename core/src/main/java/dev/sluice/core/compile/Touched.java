package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.ClusterSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one step may have changed, each with what it was before the step: whatever happens to a
 * thing after its first touch, only the difference between before and after is given out. Null
 * stands for nothing.
 */
final class Touched {
  private final TreeMap<String, DesiredRecord.Selector> selectors = new TreeMap<>();
  private final Map<String, TreeMap<Integer, Boolean>> members = new HashMap<>();
  private final TreeMap<Integer, DesiredRecord.IdentityPorts> ports = new TreeMap<>();
  private final TreeMap<Integer, LabelSet> labels = new TreeMap<>();
  private final TreeMap<Integer, Subject> subjects = new TreeMap<>();
  private final TreeMap<String, ClusterRecord.Address> addresses = new TreeMap<>();
  private ClusterSettings settings;
  private final TreeSet<String> policies = new TreeSet<>();
  private final TreeSet<String> warnings = new TreeSet<>();
  private final TreeSet<Workloads.Workload> workloads = new TreeSet<>();

  /** The settings of the cluster were written. */
  void settings(ClusterSettings before) {
    settings = settings == null ? before : settings;
  }

  void selector(String id, DesiredRecord.Selector before) {
    if (!selectors.containsKey(id)) {
      selectors.put(id, before);
    }
  }

  void member(String selector, int identity, boolean before) {
    members.computeIfAbsent(selector, unused -> new TreeMap<>()).putIfAbsent(identity, before);
  }

  void ports(int identity, DesiredRecord.IdentityPorts before) {
    if (!ports.containsKey(identity)) {
      ports.put(identity, before);
    }
  }

  /** The labels of an identity that is no pod's. */
  void labels(int identity, LabelSet before) {
    if (!labels.containsKey(identity)) {
      labels.put(identity, before);
    }
  }

  void subject(int identity, Subject before) {
    if (!subjects.containsKey(identity)) {
      subjects.put(identity, before);
    }
  }

  void address(String key, ClusterRecord.Address before) {
    if (!addresses.containsKey(key)) {
      addresses.put(key, before);
    }
  }

  /** A policy was accepted, changed or deleted. */
  void policy(String text) {
    policies.add(text);
    warnings.add(text);
  }

  /** What is to be told about a policy may have changed. */
  void warnings(Iterable<String> texts) {
    texts.forEach(warnings::add);
  }

  /** What is to be told about a workload may have changed. */
  void workload(Workloads.Workload workload) {
    workloads.add(workload);
  }

  /** The settings before the step; null when nobody wrote any. */
  ClusterSettings settings() {
    return settings;
  }

  SortedSet<Workloads.Workload> workloads() {
    return workloads;
  }

  SortedMap<String, DesiredRecord.Selector> selectors() {
    return selectors;
  }

  /** Whether each identity was a member, by selector and number. */
  SortedMap<String, TreeMap<Integer, Boolean>> members() {
    return new TreeMap<>(members);
  }

  SortedMap<Integer, DesiredRecord.IdentityPorts> ports() {
    return ports;
  }

  SortedMap<Integer, LabelSet> labels() {
    return labels;
  }

  SortedMap<Integer, Subject> subjects() {
    return subjects;
  }

  SortedMap<String, ClusterRecord.Address> addresses() {
    return addresses;
  }

  SortedSet<String> policies() {
    return policies;
  }

  SortedSet<String> warnings() {
    return warnings;
  }
}
