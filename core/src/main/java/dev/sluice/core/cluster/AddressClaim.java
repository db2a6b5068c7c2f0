package dev.sluice.core.cluster;

import dev.sluice.core.net.Prefix;
import java.util.Comparator;

/**
 * Somebody says that a prefix is his.
 *
 * @param owner {@code namespace/name} of a pod, or a node's name
 * @param since offset of the record that brought the claim
 */
public record AddressClaim(Prefix prefix, Claimant claimant, String owner, long since) {
  /** Who may claim, the strongest last: no pod takes a node's address. */
  public enum Claimant {
    POD_CIDR,
    POD,
    NODE
  }

  /** By strength; of equal ones the later in the log is the stronger. */
  static final Comparator<AddressClaim> STRENGTH =
      Comparator.comparing(AddressClaim::claimant)
          .thenComparingLong(AddressClaim::since)
          .thenComparing(AddressClaim::owner);
}
