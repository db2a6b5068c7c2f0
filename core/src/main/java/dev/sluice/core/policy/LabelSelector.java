package dev.sluice.core.policy;

import dev.sluice.core.label.LabelSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A set of conditions that must all hold. Its canonical text is sorted and says everything, so two
 * selectors are equal when their texts are; the id is the first 16 hex digits of the text's
 * SHA-256. No condition at all selects every label set. Immutable.
 */
public final class LabelSelector implements Comparable<LabelSelector> {
  /** Key of the label that holds a pod's namespace. */
  public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";

  /** Prefix of the keys under which a pod carries its namespace's labels. */
  public static final String NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels.";

  /** Key of the label that Kubernetes gives every namespace: its name. */
  public static final String NAMESPACE_NAME = NAMESPACE_LABELS + "kubernetes.io/metadata.name";

  private static final int ID_BYTES = 8;

  private final List<Requirement> requirements;
  private final String text;
  private final String id;

  private LabelSelector(Collection<Requirement> requirements) {
    this.requirements = requirements.stream().sorted().distinct().toList();
    this.text =
        this.requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    this.id = HexFormat.of().formatHex(Arrays.copyOf(sha256(text), ID_BYTES));
  }

  public static LabelSelector of(Collection<Requirement> requirements) {
    return new LabelSelector(requirements);
  }

  public static LabelSelector of(Requirement... requirements) {
    return new LabelSelector(Arrays.asList(requirements));
  }

  /** The conditions, sorted and distinct. */
  public List<Requirement> requirements() {
    return requirements;
  }

  /** Canonical text: {@code any:app=frontend,k8s:io.kubernetes.pod.namespace=shop}. */
  public String text() {
    return text;
  }

  /** 16 hex digits. */
  public String id() {
    return id;
  }

  public boolean matches(LabelSet labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(LabelSelector other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSelector selector && text.equals(selector.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }
}
