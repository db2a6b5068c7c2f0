package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The live identities, found by number, by their label set or by what a selector asks for. The
 * reserved identities are always there. Not thread safe; one fold owns it.
 */
final class IdentityIndex {
  /** First number of an identity that comes and goes. */
  static final int FIRST = IdentityScope.PODS.first();

  private final Map<Integer, LabelSet> labels = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final LabelIndex<Integer> index;

  IdentityIndex(Work work) {
    this.index = new LabelIndex<>(work);
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved != ReservedIdentity.UNKNOWN) {
        add(reserved.number(), reserved.labels());
      }
    }
  }

  void add(int number, LabelSet set) {
    labels.put(number, set);
    numbers.put(set.canonical(), number);
    index.add(number, set);
  }

  void remove(int number) {
    LabelSet set = labels.remove(number);
    if (set != null) {
      numbers.remove(set.canonical(), number);
      index.remove(number);
    }
  }

  /** The number of the label set with this canonical text; null when it is not live. */
  Integer number(String canonical) {
    return numbers.get(canonical);
  }

  /** The labels of a number; null when it is not live. */
  LabelSet labels(int number) {
    return labels.get(number);
  }

  /** The identities that come and go, by number. */
  List<ClusterRecord.Identity> unreserved() {
    List<ClusterRecord.Identity> unreserved = new ArrayList<>();
    labels.forEach(
        (number, set) -> {
          if (number >= FIRST) {
            unreserved.add(new ClusterRecord.Identity(number, set));
          }
        });
    unreserved.sort(Comparator.comparingInt(ClusterRecord.Identity::number));
    return unreserved;
  }

  /** The numbers that a selector selects, sorted. */
  List<Integer> select(LabelSelector selector) {
    return index.select(selector);
  }
}
