package dev.sluice.cli.ask;

import java.util.ArrayList;
import java.util.List;

/** Selectors in the words that people read. */
final class SelectorText {
  private static final String NAMESPACE = "k8s:io.kubernetes.pod.namespace=";

  private SelectorText() {}

  /**
   * {@code app=frontend in shop} for {@code any:app=frontend,k8s:io.kubernetes.pod.namespace=shop}.
   */
  static String of(String canonical) {
    if (canonical.isEmpty()) {
      return "anybody";
    }
    List<String> conditions = new ArrayList<>();
    String namespace = "";
    for (String one : canonical.split(",(?![^()]*\\))")) {
      if (one.startsWith(NAMESPACE)) {
        namespace = " in " + one.substring(NAMESPACE.length());
      } else {
        conditions.add(one.replaceFirst("^(any|k8s):", ""));
      }
    }
    return (conditions.isEmpty() ? "any pod" : String.join(",", conditions)) + namespace;
  }
}
