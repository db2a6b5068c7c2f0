package dev.sluice.core.label;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * An immutable set of labels, sorted by source, key, value; two sets are equal when their labels
 * are.
 */
public final class LabelSet implements Iterable<Label>, Comparable<LabelSet> {
  public static final LabelSet EMPTY = new LabelSet(List.of());

  private final List<Label> labels;
  private final String canonical;

  private LabelSet(List<Label> sortedDistinct) {
    this.labels = sortedDistinct;
    StringBuilder text = new StringBuilder();
    sortedDistinct.forEach(label -> text.append(label).append(';'));
    this.canonical = text.toString();
  }

  public static LabelSet of(Collection<Label> labels) {
    return new LabelSet(labels.stream().sorted().distinct().toList());
  }

  public static LabelSet of(Label... labels) {
    return of(Arrays.asList(labels));
  }

  /** Reads the texts that {@link #texts()} gives. */
  public static LabelSet parse(Collection<String> texts) {
    return of(texts.stream().map(Label::parse).toList());
  }

  /** The labels, sorted. */
  public List<Label> labels() {
    return labels;
  }

  /** {@code source:key=value} of each label, sorted. */
  public List<String> texts() {
    return labels.stream().map(Label::toString).toList();
  }

  /** {@code k8s:app=backend;k8s:io.kubernetes.pod.namespace=shop;}: the key of topic identities. */
  public String canonical() {
    return canonical;
  }

  /** The value of the first label with this source and key. */
  public Optional<String> value(String source, String key) {
    return labels.stream()
        .filter(label -> label.source().equals(source) && label.key().equals(key))
        .map(Label::value)
        .findFirst();
  }

  @Override
  public Iterator<Label> iterator() {
    return labels.iterator();
  }

  @Override
  public int compareTo(LabelSet other) {
    return canonical.compareTo(other.canonical);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSet set && canonical.equals(set.canonical);
  }

  @Override
  public int hashCode() {
    return canonical.hashCode();
  }

  @Override
  public String toString() {
    return canonical;
  }
}
