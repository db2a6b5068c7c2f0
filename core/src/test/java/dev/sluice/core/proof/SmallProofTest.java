package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same few worlds in every run: quick enough to be run against each mutant of the code. */
class SmallProofTest {
  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theWorldIsAsTheOracleSays(long seed) {
    Coverage all = Coverage.ofEverything();
    assertEquals(Optional.empty(), CompiledProof.saysWhatTheOracleSays(Tape.of(seed), all));
    assertEquals(Optional.empty(), CompiledProof.forgetsDetours(Tape.of(seed)));
  }
}
