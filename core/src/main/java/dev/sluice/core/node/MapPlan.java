package dev.sluice.core.node;

import java.util.Collection;
import java.util.List;

/**
 * What to write into the kernel maps, in this order: every put, then every delete. An identity's
 * policy entries come before the address that yields it, and go after it; a subject's narrow
 * entries come before its wide ones, so that a new default deny finds its exceptions in place.
 *
 * @param puts entries to add or overwrite
 * @param deletes keys that exist and go
 * @param peak entries in each map when all puts are done and no delete is; what a map must be able
 *     to hold for the plan to succeed
 * @param after entries in each map when the plan is done
 */
public record MapPlan(
    List<KernelEntry> puts, List<KernelEntry.Key> deletes, MapSizes peak, MapSizes after) {

  /** The plan that turns {@code actual} into {@code wanted}; nothing when they are equal. */
  public static MapPlan diff(
      Collection<? extends KernelEntry> actual, Collection<? extends KernelEntry> wanted) {
    throw new UnsupportedOperationException();
  }

  public boolean isEmpty() {
    return puts.isEmpty() && deletes.isEmpty();
  }

  /**
   * Whether no map would overflow. A plan that does not fit must be refused whole, before anything
   * is written.
   */
  public boolean fitsInto(MapSizes capacity) {
    return peak.fitsInto(capacity);
  }
}
