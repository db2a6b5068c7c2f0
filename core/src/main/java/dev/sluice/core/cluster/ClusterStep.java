package dev.sluice.core.cluster;

import dev.sluice.core.log.Change;
import java.util.List;

/**
 * What one record of the log causes.
 *
 * @param position the fold's position after it
 * @param changes additions in dependency order (identities, endpoints, addresses), then removals in
 *     reverse; of one kind by key; each key at most once. Empty before the world is whole.
 */
public record ClusterStep(long position, List<Change<ClusterRecord>> changes) {
  /** The kinds of record in dependency order: a later one may refer to an earlier one. */
  public static final List<Class<? extends ClusterRecord>> KINDS =
      List.of(
          ClusterRecord.Identity.class, ClusterRecord.Endpoint.class, ClusterRecord.Address.class);
}
