package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.policy.TrafficRule;
import java.util.Comparator;

/**
 * A selector-level rule without its origins: what takes part in a verdict and in hashes. The order
 * is the canonical one of topic desired.
 */
record RuleKey(
    String selector,
    int protocol,
    int portFirst,
    int portLast,
    DesiredRecord.RuleVerdict verdict,
    int precedence,
    String redirect)
    implements Comparable<RuleKey> {
  private static final Comparator<RuleKey> ORDER =
      Comparator.comparing(RuleKey::selector)
          .thenComparingInt(RuleKey::protocol)
          .thenComparingInt(RuleKey::portFirst)
          .thenComparingInt(RuleKey::portLast)
          .thenComparing(RuleKey::verdict)
          .thenComparingInt(RuleKey::precedence)
          .thenComparing(RuleKey::redirect);

  private static final int TIER_SHIFT = 24;
  private static final int LAST_PRIORITY = (1 << TIER_SHIFT) - 1;

  /** Larger for the earlier tier, then for the lower priority number; never negative. */
  static int precedence(TrafficRule.Tier tier, int priority) {
    int rank = TrafficRule.Tier.values().length - tier.ordinal();
    return (rank << TIER_SHIFT) | (LAST_PRIORITY - Math.clamp(priority, 0, LAST_PRIORITY));
  }

  @Override
  public int compareTo(RuleKey other) {
    return ORDER.compare(this, other);
  }
}
