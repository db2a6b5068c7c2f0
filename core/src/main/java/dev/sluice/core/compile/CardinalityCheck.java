package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Workloads of which every pod has an identity of its own, because of a label with another value on
 * each: identities, and the policy entries of all who talk to them, then grow with the pods.
 */
final class CardinalityCheck {
  static final String CODE = "identity-per-pod";

  private static final int FEWEST = 3;
  private static final int COMPARED = 8;

  private CardinalityCheck() {}

  /** What there is to tell about a workload now. */
  static List<Finding> of(Workloads.Workload workload, Compilation compilation) {
    Set<Integer> identities = compilation.workloads().identities(workload);
    if (!workload.isOwned()
        || identities.size() < FEWEST
        || identities.size() < compilation.workloads().pods(workload)) {
      return List.of();
    }
    List<LabelSet> compared =
        identities.stream()
            .limit(COMPARED)
            .map(number -> compilation.identities().labels(number))
            .filter(labels -> labels != null)
            .toList();
    if (compared.size() < FEWEST) {
      return List.of();
    }
    TreeSet<String> keys = new TreeSet<>();
    compared.getFirst().labels().forEach(label -> keys.add(label.key()));
    keys.removeIf(key -> !isDistinct(key, compared));
    return keys.isEmpty()
        ? List.of()
        : List.of(
            PolicyCheck.warning(
                CODE,
                "spec.template.metadata.labels",
                "each of its "
                    + identities.size()
                    + " pods has an identity of its own, for the label "
                    + keys.first()
                    + " has another value on each: make it an annotation, or every policy that"
                    + " selects them costs an entry a pod"));
  }

  private static boolean isDistinct(String key, List<LabelSet> sets) {
    Set<String> values = new HashSet<>();
    for (LabelSet labels : sets) {
      List<String> own =
          labels.labels().stream()
              .filter(label -> label.key().equals(key))
              .map(Label::value)
              .toList();
      if (own.isEmpty() || !values.addAll(own)) {
        return false;
      }
    }
    return true;
  }
}
