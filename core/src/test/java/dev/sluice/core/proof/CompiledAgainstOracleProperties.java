package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.oracle.Answer.Verdict;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Over worlds and policies of the whole language, each reached by a log with detours: what is
 * compiled says what the oracle says, and the detours leave no trace.
 */
class CompiledAgainstOracleProperties {
  private static final long FEWEST_FLOWS = 200_000;
  private static final double SMALLEST_SHARE = 20;
  private static final Coverage COVERAGE = new Coverage();
  private static boolean failed;

  @Provide
  Arbitrary<Tape> tapes() {
    return Arbitraries.integers()
        .between(0, Integer.MAX_VALUE)
        .withDistribution(RandomDistribution.uniform())
        .list()
        .ofSize(Tape.LENGTH)
        .map(Tape::new);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsCompiledSaysWhatTheOracleSays(@ForAll("tapes") Tape tape) {
    holds(CompiledProof.saysWhatTheOracleSays(tape.decisions(), COVERAGE));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void detoursLeaveNoTrace(@ForAll("tapes") Tape tape) {
    holds(CompiledProof.forgetsDetours(tape.decisions()));
  }

  private static void holds(Optional<String> wrong) {
    failed |= wrong.isPresent();
    assertEquals(Optional.empty(), wrong);
  }

  @AfterContainer
  static void everythingWasThere() {
    System.out.println(COVERAGE.report());
    if (failed || COVERAGE.flows() == 0) {
      return;
    }
    assertTrue(COVERAGE.flows() >= FEWEST_FLOWS, () -> "only " + COVERAGE.flows() + " flows");
    for (Verdict verdict : new Verdict[] {Verdict.ALLOW, Verdict.DENY}) {
      double share = COVERAGE.share(verdict);
      assertTrue(share >= SMALLEST_SHARE, () -> verdict + " only " + share + " %");
    }
  }
}
