package dev.sluice.core.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.policy.TrafficRule.Tier;
import org.junit.jupiter.api.Test;

class PrecedenceTest {
  private static final int LAST = (1 << 24) - 1;

  @Test
  void theEarlierTierIsLargerAndInItTheLowerPriority() {
    int before = Integer.MAX_VALUE;
    for (Tier tier : Tier.values()) {
      for (int priority : new int[] {0, 1, 2, 31, 32, LAST - 1, LAST}) {
        int precedence = Precedence.of(tier, priority);
        assertTrue(0 <= precedence && precedence < before, tier + " " + priority);
        assertEquals(tier, Precedence.tier(precedence));
        before = precedence;
      }
    }
  }

  @Test
  void whatLiesBeyondCountsAsTheLast() {
    assertEquals(Precedence.of(Tier.ADMIN, LAST), Precedence.of(Tier.ADMIN, LAST + 1));
    assertEquals(Precedence.of(Tier.ADMIN, 0), Precedence.of(Tier.ADMIN, -1));
  }
}
