package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;

/** Over worlds of the whole language: what is refused for want of room is what has none. */
class RoomProperties {
  private static final int KNOWN_WORLDS = 100;
  private static final int FEWEST_REFUSED = 40;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whatIsRefusedHasNoRoom(@ForAll("seeds") long seed) {
    prove(seed, new AtomicInteger());
  }

  /** The same worlds in every run: much is refused in them. */
  @Example
  void inKnownWorldsMuchIsRefused() {
    AtomicInteger refused = new AtomicInteger();
    LongStream.range(0, KNOWN_WORLDS).forEach(seed -> prove(seed, refused));
    assertTrue(refused.get() >= FEWEST_REFUSED, () -> refused + " versions were refused");
  }

  private static void prove(long seed, AtomicInteger refused) {
    RoomProof.refusesWhatHasNoRoom(Tape.of(seed), refused)
        .ifPresent(
            wrong ->
                fail(
                    "seed "
                        + seed
                        + ": "
                        + Tape.of(seed).smallest(RoomProof::refusesWhatHasNoRoom).orElse(wrong)));
  }
}
