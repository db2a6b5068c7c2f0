package dev.sluice.bench.soak;

import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.proof.CompiledProof;
import dev.sluice.core.proof.Coverage;
import dev.sluice.core.proof.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** Worlds of other seeds than any test run had: compiled = oracle, and detours leave no trace. */
final class Worlds implements Scenario {
  private static final int EACH_STEP = 40;

  private final Coverage coverage = Coverage.balanced(Verdict.ALLOW, Verdict.DENY, Verdict.AUDIT);
  private final List<String> wrong = new ArrayList<>();

  @Override
  public String name() {
    return "worlds";
  }

  @Override
  public String about() {
    return "makes worlds and policies, and holds what is compiled against the oracle; no lab"
        + " needed";
  }

  @Override
  public String step(SoakLab lab, Random random) {
    long seed = random.nextLong();
    for (int i = 0; i < EACH_STEP; i++) {
      Coverage all = Coverage.ofEverything();
      Tape tape = Tape.of(seed + i);
      tell(
          seed + i,
          CompiledProof.saysWhatTheOracleSays(tape, coverage),
          again -> CompiledProof.saysWhatTheOracleSays(again, all));
      tell(seed + i, CompiledProof.forgetsDetours(tape), CompiledProof::forgetsDetours);
    }
    return EACH_STEP + " worlds from seed " + seed + ", " + coverage.flows() + " flows so far";
  }

  private void tell(long seed, Optional<String> told, Function<Tape, Optional<String>> check) {
    told.ifPresent(
        first -> wrong.add("seed " + seed + ": " + Tape.of(seed).smallest(check).orElse(first)));
  }

  @Override
  public List<String> check(SoakLab lab) {
    List<String> told = List.copyOf(wrong);
    wrong.clear();
    return told;
  }
}
