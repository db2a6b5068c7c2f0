package dev.sluice.core.cluster;

import dev.sluice.core.label.Label;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.net.PrefixMap;
import dev.sluice.core.policy.PeerLabels;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The prefixes in use, each with how often and what for. Who is inside several of them has the
 * labels of all: that is what makes a rule for a prefix mean everybody in it.
 */
final class PrefixBook {
  /** One use of a prefix. */
  sealed interface Mark extends Comparable<Mark> {
    /** It is named, for those outside or for everyone. */
    record Named(Reach reach) implements Mark {}

    /** Those outside the cluster who are in it have the label. */
    record Labelled(Label label) implements Mark {}

    @Override
    default int compareTo(Mark other) {
      return ORDER.compare(this, other);
    }
  }

  private static final Comparator<Mark> ORDER = Comparator.comparing(Mark::toString);

  private final PrefixMap<TreeMap<Mark, Integer>> entries = new PrefixMap<>();

  void add(Prefix prefix, Mark mark) {
    TreeMap<Mark, Integer> marks = entries.get(prefix);
    if (marks == null) {
      marks = new TreeMap<>();
      entries.put(prefix, marks);
    }
    marks.merge(mark, 1, Integer::sum);
  }

  void remove(Prefix prefix, Mark mark) {
    TreeMap<Mark, Integer> marks = entries.get(prefix);
    marks.merge(mark, -1, Integer::sum);
    marks.remove(mark, 0);
    if (marks.isEmpty()) {
      entries.remove(prefix);
    }
  }

  boolean has(Prefix prefix) {
    return entries.get(prefix) != null;
  }

  /** All prefixes in use, sorted. */
  Set<Prefix> prefixes() {
    return entries.prefixes();
  }

  /** Those inside a prefix, itself included. */
  List<Prefix> inside(Prefix prefix) {
    return entries.inside(prefix).stream().map(Map.Entry::getKey).toList();
  }

  /** The labels that whoever outside the cluster has this prefix gets from it and all around it. */
  Collection<Label> outside(Prefix prefix) {
    List<Label> labels = new ArrayList<>();
    for (Map.Entry<Prefix, TreeMap<Mark, Integer>> cover : entries.covering(prefix)) {
      labels.add(PeerLabels.cidr(cover.getKey()));
      for (Mark mark : cover.getValue().keySet()) {
        if (mark instanceof Mark.Labelled(Label label)) {
          labels.add(label);
        }
      }
    }
    return labels;
  }

  /** The labels that a pod or node gets from the prefixes around its addresses. */
  Collection<Label> everyone(Collection<Prefix> addresses) {
    TreeSet<Label> labels = new TreeSet<>();
    for (Prefix address : addresses) {
      for (Map.Entry<Prefix, TreeMap<Mark, Integer>> cover : entries.covering(address)) {
        if (cover.getValue().containsKey(new Mark.Named(Reach.EVERYONE))) {
          labels.add(PeerLabels.cidr(cover.getKey()));
        }
      }
    }
    return labels;
  }
}
