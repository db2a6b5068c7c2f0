package dev.sluice.core.node;

import dev.sluice.core.compile.SubjectHash;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.label.LabelSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The leaf of every local subject, computed again from the rules that were flattened: what a node
 * acknowledges. A change costs its own subject; the hash over all of them is made when it is asked
 * for.
 */
final class LocalLeaves {
  private record Leaf(LabelSet labels, String hash) {}

  private final Map<Integer, Leaf> leaves = new HashMap<>();
  private SortedMap<Integer, String> byIdentity;
  private String hash;

  void put(SubjectPolicy policy) {
    Leaf leaf =
        new Leaf(
            policy.labels(), SubjectHash.of(policy.labels(), policy.ingress(), policy.egress()));
    if (!leaf.equals(leaves.put(policy.identity(), leaf))) {
      changed();
    }
  }

  void remove(int identity) {
    if (leaves.remove(identity) != null) {
      changed();
    }
  }

  private void changed() {
    byIdentity = null;
    hash = null;
  }

  /** As {@link SubjectHash#ofAll} has it. */
  String hash() {
    if (hash == null) {
      Map<LabelSet, String> all = new HashMap<>();
      leaves.values().forEach(leaf -> all.put(leaf.labels(), leaf.hash()));
      hash = SubjectHash.ofAll(all);
    }
    return hash;
  }

  /** Leaves by identity, in order; a value, which later changes leave as it is. */
  SortedMap<Integer, String> byIdentity() {
    if (byIdentity == null) {
      TreeMap<Integer, String> all = new TreeMap<>();
      leaves.forEach((identity, leaf) -> all.put(identity, leaf.hash()));
      byIdentity = Collections.unmodifiableSortedMap(all);
    }
    return byIdentity;
  }
}
