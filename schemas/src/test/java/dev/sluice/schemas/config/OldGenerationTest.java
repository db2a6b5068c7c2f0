package dev.sluice.schemas.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When garbage is enough to stop a process for it. */
final class OldGenerationTest {
  private static final long MIB = 1 << 20;

  @Test
  void aSixthOfWhatLivesIsEnough() {
    assertFalse(OldGeneration.isWorthIt(140 * MIB, 120 * MIB));
    assertTrue(OldGeneration.isWorthIt(141 * MIB, 120 * MIB));
  }

  @Test
  void fewMegabytesAreNot() {
    assertFalse(OldGeneration.isWorthIt(6 * MIB, 0));
    assertTrue(OldGeneration.isWorthIt(7 * MIB, 0));
    assertFalse(OldGeneration.isWorthIt(15 * MIB, 10 * MIB));
    assertFalse(OldGeneration.isWorthIt(10 * MIB, 17 * MIB), "less than there was");
  }
}
