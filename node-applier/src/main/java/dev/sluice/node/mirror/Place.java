package dev.sluice.node.mirror;

/**
 * A mark of topic desired: what a state is true for.
 *
 * @param position offset of topic k8s.objects
 * @param hash of the revision, over all subjects of the cluster
 */
public record Place(long position, long revision, String hash) {
  /** Before the first mark. */
  public static final Place NONE = new Place(-1, 0, "");
}
