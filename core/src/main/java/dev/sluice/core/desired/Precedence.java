package dev.sluice.core.desired;

import dev.sluice.core.policy.TrafficRule.Tier;

/**
 * A rule's place among all rules as one number: the tier in the upper bits, the priority within it
 * below, so that the larger number decides first.
 */
public final class Precedence {
  private static final int TIER_SHIFT = 24;
  private static final int LAST_PRIORITY = (1 << TIER_SHIFT) - 1;

  private Precedence() {}

  /** Larger for the earlier tier, then for the lower priority number; never negative. */
  public static int of(Tier tier, int priority) {
    int rank = Tier.values().length - tier.ordinal();
    return (rank << TIER_SHIFT) | (LAST_PRIORITY - Math.clamp(priority, 0, LAST_PRIORITY));
  }

  /** The tier of a precedence. */
  public static Tier tier(int precedence) {
    int rank = precedence >>> TIER_SHIFT;
    return Tier.values()[Math.clamp(Tier.values().length - rank, 0, Tier.values().length - 1)];
  }
}
