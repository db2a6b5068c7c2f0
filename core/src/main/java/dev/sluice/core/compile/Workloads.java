package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.ObjectKey;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which identities the pods of each workload have. A workload on several identities is split: a
 * label differs between pods that were meant to be alike. Pods without an owner belong together
 * when their names differ in a number at the end.
 */
final class Workloads {
  /** A workload, or for pods without one the stem of their names. */
  record Workload(String namespace, String kind, String name) implements Comparable<Workload> {
    private static final String POD = "Pod";

    /** The object that made the pods. */
    ObjectKey key() {
      return new ObjectKey(kind, namespace, name);
    }

    /** Whether a controller made the pods, so that their labels are known to be meant alike. */
    boolean isOwned() {
      return !kind.equals(POD);
    }

    @Override
    public int compareTo(Workload other) {
      int byNamespace = namespace.compareTo(other.namespace);
      if (byNamespace != 0) {
        return byNamespace;
      }
      int byKind = kind.compareTo(other.kind);
      return byKind != 0 ? byKind : name.compareTo(other.name);
    }

    @Override
    public String toString() {
      return isOwned()
          ? kind + " " + namespace + "/" + name
          : "the pods " + namespace + "/" + name + "…";
    }
  }

  private static final Pattern NUMBERED = Pattern.compile("(.*[^-0-9])-?[0-9]+");

  /** Pods of a workload, by identity. */
  private static final class Pods {
    private final TreeMap<Integer, Integer> byIdentity = new TreeMap<>();
    private int all;
  }

  private final Map<Workload, Pods> workloads = new HashMap<>();
  private final Map<Integer, TreeSet<Workload>> byIdentity = new HashMap<>();

  static Workload of(ClusterRecord.Endpoint endpoint) {
    if (!endpoint.workload().isEmpty()
        && !endpoint.workloadKind().isEmpty()
        && !endpoint.workloadKind().equals(Workload.POD)) {
      return new Workload(endpoint.namespace(), endpoint.workloadKind(), endpoint.workload());
    }
    Matcher numbered = NUMBERED.matcher(endpoint.pod());
    String stem = numbered.matches() ? numbered.group(1) : endpoint.pod();
    return new Workload(endpoint.namespace(), Workload.POD, stem);
  }

  /** Whether a pod more or less gives the workload an identity, or takes one from it. */
  boolean turns(Workload workload, int identity, int more) {
    Pods pods = workloads.get(workload);
    int before = pods == null ? 0 : pods.byIdentity.getOrDefault(identity, 0);
    return before == 0 || before + more == 0;
  }

  /** Adds or takes away pods. */
  void count(Workload workload, int identity, int more) {
    Pods pods = workloads.computeIfAbsent(workload, unused -> new Pods());
    pods.all += more;
    pods.byIdentity.merge(identity, more, Integer::sum);
    if (pods.byIdentity.remove(identity, 0)) {
      TreeSet<Workload> left = byIdentity.get(identity);
      left.remove(workload);
      if (left.isEmpty()) {
        byIdentity.remove(identity);
      }
    } else {
      byIdentity.computeIfAbsent(identity, unused -> new TreeSet<>()).add(workload);
    }
    if (pods.byIdentity.isEmpty()) {
      workloads.remove(workload);
    }
  }

  /** The workloads that have pods with an identity. */
  Collection<Workload> having(int identity) {
    TreeSet<Workload> having = byIdentity.get(identity);
    return having == null ? List.of() : having;
  }

  /** Every workload, in order. */
  Collection<Workload> all() {
    return new TreeSet<>(workloads.keySet());
  }

  /** How many pods a workload has. */
  int pods(Workload workload) {
    Pods pods = workloads.get(workload);
    return pods == null ? 0 : pods.all;
  }

  /** The identities that a workload's pods have. */
  NavigableSet<Integer> identities(Workload workload) {
    Pods pods = workloads.get(workload);
    return pods == null ? Collections.emptyNavigableSet() : pods.byIdentity.navigableKeySet();
  }
}
