package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.core.oracle.Answer.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Over worlds and policies of the whole language, each reached by a log with detours: what is
 * compiled says what the oracle says, and the detours leave no trace.
 */
class CompiledAgainstOracleProperties {
  private static final long FEWEST_FLOWS = 200_000;
  private static final double SMALLEST_SHARE = 20;
  private static final Coverage COVERAGE =
      Coverage.balanced(Verdict.ALLOW, Verdict.DENY, Verdict.AUDIT);
  private static boolean failed;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whatIsCompiledSaysWhatTheOracleSays(@ForAll("seeds") long seed) {
    Optional<String> wrong = CompiledProof.saysWhatTheOracleSays(Tape.of(seed), COVERAGE);
    if (wrong.isPresent()) {
      Coverage all = Coverage.ofEverything();
      tell(seed, tape -> CompiledProof.saysWhatTheOracleSays(tape, all), wrong.get());
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void detoursLeaveNoTrace(@ForAll("seeds") long seed) {
    CompiledProof.forgetsDetours(Tape.of(seed))
        .ifPresent(wrong -> tell(seed, CompiledProof::forgetsDetours, wrong));
  }

  /** Worlds shrink by their tapes, which makes much smaller ones than a shrunk seed would. */
  private static void tell(long seed, Function<Tape, Optional<String>> check, String wrong) {
    failed = true;
    fail("seed " + seed + ": " + Tape.of(seed).smallest(check).orElse(wrong));
  }

  /** The fields that must be there, of {@code proof/fields.txt}. */
  private static List<String> fields() throws IOException {
    try (InputStream in =
        CompiledAgainstOracleProperties.class.getResourceAsStream("/proof/fields.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @AfterContainer
  static void everythingWasThere() throws IOException {
    System.out.println(COVERAGE.report());
    if (failed || COVERAGE.flows() == 0) {
      return;
    }
    assertTrue(COVERAGE.flows() >= FEWEST_FLOWS, () -> "only " + COVERAGE.flows() + " flows");
    COVERAGE.assertShares(SMALLEST_SHARE);
    List<String> missing = new ArrayList<>(fields());
    missing.removeAll(COVERAGE.fields());
    assertEquals(List.of(), missing, "fields that no policy had");
  }
}
