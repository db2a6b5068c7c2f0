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

  /** The order of the texts, which are made only where it hangs on more than the names. */
  @Override
  public int compareTo(ObjectKey other) {
    return kind.equals(other.kind) && namespace.equals(other.namespace)
        ? name.compareTo(other.name)
        : toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return kind + "/" + namespace + "/" + name;
  }
}
