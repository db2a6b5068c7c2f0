package dev.sluice.core.log;

/** Names one object of the cluster; {@code namespace} is empty for cluster-scoped kinds. */
public record ObjectKey(String kind, String namespace, String name)
    implements Comparable<ObjectKey> {
  /** Reads {@code kind/namespace/name}, the key of topic k8s.objects. */
  public static ObjectKey parse(String text) {
    String[] parts = text.split("/", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not kind/namespace/name: " + text);
    }
    return new ObjectKey(parts[0], parts[1], parts[2]);
  }

  /** The order of the texts, without making them. */
  @Override
  public int compareTo(ObjectKey other) {
    boolean sameKind = kind.equals(other.kind);
    if (sameKind && namespace.equals(other.namespace)) {
      return name.compareTo(other.name);
    }
    if (hasSlash() || other.hasSlash()) {
      return toString().compareTo(other.toString());
    }
    return sameKind
        ? compareBeforeSlash(namespace, other.namespace)
        : compareBeforeSlash(kind, other.kind);
  }

  private boolean hasSlash() {
    return kind.indexOf('/') >= 0 || namespace.indexOf('/') >= 0;
  }

  /** Compares texts that differ and have no slash, as if one followed each. */
  private static int compareBeforeSlash(String one, String other) {
    int both = Math.min(one.length(), other.length());
    for (int i = 0; i < both; i++) {
      if (one.charAt(i) != other.charAt(i)) {
        return one.charAt(i) - other.charAt(i);
      }
    }
    return one.length() == both ? '/' - other.charAt(both) : one.charAt(both) - '/';
  }

  @Override
  public String toString() {
    return kind + "/" + namespace + "/" + name;
  }
}
