package dev.sluice.core.label;

import java.util.Objects;

/**
 * One label with its source, {@code source:key=value}, as Cilium writes it. An empty value prints
 * as {@code source:key=} except for reserved labels, which print as {@code reserved:host}.
 */
public record Label(String source, String key, String value) implements Comparable<Label> {
  /** Source of labels that come from Kubernetes objects. */
  public static final String K8S = "k8s";

  /** Source of labels that name reserved identities. */
  public static final String RESERVED = "reserved";

  public Label {
    Objects.requireNonNull(source);
    Objects.requireNonNull(key);
    Objects.requireNonNull(value);
  }

  public static Label k8s(String key, String value) {
    return new Label(K8S, key, value);
  }

  public static Label reserved(String name) {
    return new Label(RESERVED, name, "");
  }

  /** Parses {@code source:key=value}; a text without a source gets {@code unspec}. */
  public static Label parse(String text) {
    int equals = text.indexOf('=');
    String left = equals < 0 ? text : text.substring(0, equals);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    int colon = left.indexOf(':');
    return colon < 0
        ? new Label("unspec", left, value)
        : new Label(left.substring(0, colon), left.substring(colon + 1), value);
  }

  @Override
  public int compareTo(Label other) {
    int bySource = source.compareTo(other.source);
    if (bySource != 0) {
      return bySource;
    }
    int byKey = key.compareTo(other.key);
    return byKey != 0 ? byKey : value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return source.equals(RESERVED) && value.isEmpty()
        ? source + ":" + key
        : source + ":" + key + "=" + value;
  }
}
