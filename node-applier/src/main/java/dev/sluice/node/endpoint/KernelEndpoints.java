package dev.sluice.node.endpoint;

import dev.sluice.node.link.PodLink;
import java.util.Set;

/** The kernel's side of endpoints: programs on links, and what they know of the pod behind. */
public interface KernelEndpoints {
  /**
   * What the kernel knows of the endpoint behind a link.
   *
   * @param identity 0: closed
   */
  record Held(long endpoint, int identity) {
    public static final Held CLOSED = new Held(0, 0);
  }

  /**
   * Puts the programs on a link, with the endpoint closed unless it was open already. Idempotent:
   * nothing is written when a former process has done it.
   *
   * @param ifindex of the node's end, in the node's namespace
   */
  Held attach(PodLink link, int ifindex);

  /** Lets packets be judged under an identity; before, everything is dropped. */
  void open(PodLink link, int ifindex, long endpoint, int identity);

  /** Drops everything from and to the endpoint. */
  void close(PodLink link, int ifindex);

  /** Removes programs and what is known of the endpoint. */
  void detach(PodLink link, int ifindex);

  /** Says that policy entries of these identities are about to be written. */
  void beginChange(Set<Integer> identities);

  /** Ends verdicts that connections of these identities remember from before the change. */
  void endChange(Set<Integer> identities);
}
