package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.policy.LanguageRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
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
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Over worlds and policies of the whole language, each reached by a log with detours: what is
 * compiled says what the oracle says, and the detours leave no trace.
 */
class CompiledAgainstOracleProperties {
  private static final long FEWEST_FLOWS = 200_000;
  private static final double SMALLEST_SHARE = 20;
  private static final int KNOWN_WORLDS = 200;
  private static final Coverage COVERAGE =
      Coverage.balanced(Verdict.ALLOW, Verdict.DENY, Verdict.AUDIT);
  private static boolean failed;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  /** The same worlds in every run: what the language has is there whatever chance brings. */
  @Example
  void theSameWorldsSayWhatTheOracleSays() {
    LongStream.range(0, KNOWN_WORLDS).forEach(CompiledAgainstOracleProperties::proveCompiled);
  }

  @Property(tries = 350, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whatIsCompiledSaysWhatTheOracleSays(@ForAll("seeds") long seed) {
    proveCompiled(seed);
  }

  private static void proveCompiled(long seed) {
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

  /**
   * The fields that must be there beside those of the language's rows: {@code proof/fields.txt}.
   */
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
    Coverage language = Coverage.ofEverything();
    LanguageRow.all().forEach(row -> language.seen(row.key().kind(), row.body()));
    Set<String> missing = new TreeSet<>(fields());
    missing.addAll(language.fields());
    missing.removeAll(COVERAGE.fields());
    assertEquals(Set.of(), missing, "fields that no policy had");
  }
}
