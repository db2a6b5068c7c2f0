package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import net.jqwik.api.Example;

/** Over worlds of the whole language: what is refused for want of room is what has none. */
class RoomProperties {
  private static final int KNOWN_WORLDS = 100;
  private static final int FEWEST_REFUSED = 40;

  /** The same worlds in every run: much is refused in them. */
  @Example
  void inKnownWorldsMuchIsRefused() {
    AtomicInteger refused = new AtomicInteger();
    LongStream.range(0, KNOWN_WORLDS).forEach(seed -> prove(seed, refused));
    assertTrue(refused.get() >= FEWEST_REFUSED, () -> refused + " versions were refused");
  }

  /** Here a version leaves a subject to other policies, and with them it needs more than before. */
  @Example
  void whoIsNotSelectedAnyMoreNeedsRoomToo() {
    prove(6_795_691_556_977_361_217L, new AtomicInteger());
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
