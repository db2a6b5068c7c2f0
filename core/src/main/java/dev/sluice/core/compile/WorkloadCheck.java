package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Workloads whose pods have more than one identity: by a label with another value on each pod,
 * which makes identities, and the policy entries of all who talk to them, grow with the pods; or by
 * any other difference, which is only noted: it may be a rollout, and whether a policy tells the
 * pods apart is for {@link SplitCheck}.
 */
final class WorkloadCheck {
  static final String IDENTITY_PER_POD = "identity-per-pod";
  static final String SEVERAL_IDENTITIES = "several-identities";
  static final Set<String> CODES = Set.of(IDENTITY_PER_POD, SEVERAL_IDENTITIES);

  private static final String PATH = "spec.template.metadata.labels";
  private static final int FEWEST = 3;
  private static final int COMPARED = 8;

  private WorkloadCheck() {}

  /** What there is to tell about a workload now. */
  static List<Finding> of(Workloads.Workload workload, Compilation compilation) {
    Set<Integer> identities = compilation.workloads().identities(workload);
    if (!workload.isOwned() || identities.size() < 2) {
      return List.of();
    }
    List<Integer> compared =
        identities.stream()
            .filter(number -> compilation.identities().labels(number) != null)
            .limit(COMPARED)
            .toList();
    List<LabelSet> sets = compared.stream().map(compilation.identities()::labels).toList();
    if (sets.size() < 2) {
      return List.of();
    }
    TreeSet<String> keys = new TreeSet<>();
    if (sets.size() >= FEWEST && identities.size() >= compilation.workloads().pods(workload)) {
      sets.getFirst().labels().forEach(label -> keys.add(label.key()));
      keys.removeIf(key -> !isDistinct(key, sets));
    }
    return List.of(
        keys.isEmpty()
            ? PolicyCheck.note(SEVERAL_IDENTITIES, PATH, apart(identities.size(), compared, sets))
            : PolicyCheck.warning(IDENTITY_PER_POD, PATH, each(identities.size(), keys.first())));
  }

  private static String each(int count, String key) {
    return "each of its "
        + count
        + " pods has an identity of its own, for the label "
        + key
        + " has another value on each: make it an annotation, or every policy that"
        + " selects them costs an entry a pod";
  }

  private static String apart(int count, List<Integer> numbers, List<LabelSet> sets) {
    return "its pods have %d identities: %d has %s where %d has %s"
        .formatted(
            count,
            numbers.get(0),
            words(sets.get(0), sets.get(1)),
            numbers.get(1),
            words(sets.get(1), sets.get(0)));
  }

  /** The labels that one has and the other has not. */
  static String words(LabelSet having, LabelSet lacking) {
    List<Label> labels = new ArrayList<>(having.labels());
    labels.removeAll(lacking.labels());
    return labels.isEmpty()
        ? "no label more"
        : String.join(", ", labels.stream().map(Label::toString).toList());
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
