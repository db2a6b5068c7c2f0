package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.proof.Coverage;
import dev.sluice.core.proof.Tape;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The kernel's programs on compiled maps say what the oracle says, in worlds of any kind. */
@RequiresKernel
class KernelAgainstOracleTest {
  private static final long FEWEST_FLOWS = 20_000;
  private static final double SMALLEST_SHARE = 20;

  /** {@code -Dsluice.proof.seed=…} begins with the world of that seed. */
  private static final String SEED = "sluice.proof.seed";

  @Test
  void theKernelSaysWhatTheOracleSays() {
    long seed = Long.getLong(SEED, RandomGenerator.getDefault().nextLong());
    Coverage coverage = Coverage.balanced(Verdict.ALLOW, Verdict.DENY, Verdict.AUDIT);
    try (KernelProof proof = new KernelProof()) {
      for (long next = seed; coverage.flows() < FEWEST_FLOWS; next++) {
        Tape tape = Tape.of(next);
        Optional<String> wrong = proof.saysWhatTheOracleSays(tape, coverage);
        if (wrong.isPresent()) {
          Coverage all = Coverage.ofEverything();
          Optional<String> smallest =
              tape.smallest(tried -> proof.saysWhatTheOracleSays(tried, all));
          fail("-D" + SEED + "=" + next + ": " + smallest.orElse(wrong.get()));
        }
      }
    }
    System.out.println(coverage.report());
    coverage.assertShares(SMALLEST_SHARE);
  }
}
