package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.ObjectKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedSet;
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
    private static final Comparator<Workload> ORDER =
        Comparator.comparing(Workload::namespace)
            .thenComparing(Workload::kind)
            .thenComparing(Workload::name);

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
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return isOwned()
          ? kind + " " + namespace + "/" + name
          : "the pods " + namespace + "/" + name + "…";
    }
  }

  private static final Pattern NUMBERED = Pattern.compile("(.*[^-0-9])-?[0-9]+");

  private final Map<Workload, TreeMap<Integer, Integer>> identities = new HashMap<>();
  private final Map<Integer, TreeSet<Workload>> splitByIdentity = new HashMap<>();

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

  /** Adds or takes away endpoints; gives the identities whose workloads' splits have changed. */
  Set<Integer> count(Workload workload, int identity, int more) {
    TreeMap<Integer, Integer> counts =
        identities.computeIfAbsent(workload, unused -> new TreeMap<>());
    Set<Integer> before = new HashSet<>(counts.keySet());
    counts.merge(identity, more, Integer::sum);
    counts.remove(identity, 0);
    Set<Integer> after = new HashSet<>(counts.keySet());
    if (counts.isEmpty()) {
      identities.remove(workload);
    }
    if (before.equals(after) || before.size() < 2 && after.size() < 2) {
      return Set.of();
    }
    Set<Integer> all = new TreeSet<>(before);
    all.addAll(after);
    for (int one : all) {
      if (after.size() > 1 && after.contains(one)) {
        splitByIdentity.computeIfAbsent(one, unused -> new TreeSet<>()).add(workload);
      } else if (splitByIdentity.containsKey(one)) {
        splitByIdentity.get(one).remove(workload);
        splitByIdentity.computeIfPresent(one, (unused, left) -> left.isEmpty() ? null : left);
      }
    }
    return all;
  }

  /** The split workloads that have pods on an identity. */
  SortedSet<Workload> split(int identity) {
    TreeSet<Workload> workloads = splitByIdentity.get(identity);
    return workloads == null ? new TreeSet<>() : workloads;
  }

  /** Every workload, in order. */
  SortedSet<Workload> all() {
    return new TreeSet<>(identities.keySet());
  }

  /** How many pods a workload has. */
  int pods(Workload workload) {
    return identities.getOrDefault(workload, new TreeMap<>()).values().stream()
        .mapToInt(Integer::intValue)
        .sum();
  }

  /** The identities that a workload's pods have. */
  NavigableSet<Integer> identities(Workload workload) {
    return identities.getOrDefault(workload, new TreeMap<>()).navigableKeySet();
  }
}
