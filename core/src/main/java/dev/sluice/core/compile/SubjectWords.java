package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import java.util.List;

/** Identities in the words that people read. */
public final class SubjectWords {
  private static final int SHOWN = 3;

  private SubjectWords() {}

  /** {@code the pods with app=web,tier=front in shop}. */
  public static String of(LabelSet labels) {
    String namespace = labels.value(Label.K8S, LabelSelector.POD_NAMESPACE).orElse("");
    List<String> own =
        labels.labels().stream()
            .filter(label -> !label.key().equals(LabelSelector.POD_NAMESPACE))
            .filter(label -> !label.key().startsWith("io.cilium."))
            .map(label -> label.key() + "=" + label.value())
            .limit(SHOWN)
            .toList();
    return "the pods"
        + (own.isEmpty() ? "" : " with " + String.join(",", own))
        + (namespace.isEmpty() ? "" : " in " + namespace);
  }
}
