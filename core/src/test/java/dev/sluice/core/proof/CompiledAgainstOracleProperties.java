package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import dev.sluice.core.oracle.Oracle;
import dev.sluice.core.oracle.World;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private static final int TAPE = 2000;
  private static final int EACH_PAIR = 5;
  private static final Coverage COVERAGE = new Coverage();

  /** A world before it is made; the worlds are in the failures, so this need not print. */
  private record Tape(List<Integer> decisions) {
    @Override
    public String toString() {
      return decisions.stream().filter(decision -> decision != 0).count() + " decisions";
    }
  }

  @Provide
  Arbitrary<Tape> tapes() {
    return Arbitraries.integers()
        .between(0, Integer.MAX_VALUE)
        .withDistribution(RandomDistribution.uniform())
        .list()
        .ofSize(TAPE)
        .map(Tape::new);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsCompiledSaysWhatTheOracleSays(@ForAll("tapes") Tape tape) {
    GeneratedWorld generated = WorldGenerator.make(Choices.of(tape.decisions), COVERAGE);
    CompiledWorld compiled = CompiledWorld.of(generated.log());
    World world = generated.world();
    Oracle oracle = Oracle.of(world);
    CompiledVerdicts verdicts = new CompiledVerdicts(compiled);
    for (Flow flow : Flows.of(world, EACH_PAIR)) {
      Answer wanted = oracle.judge(flow);
      COVERAGE.seen(wanted);
      Optional<String> wrong = verdicts.differs(flow, wanted);
      assertTrue(wrong.isEmpty(), () -> flow + "\n" + wrong.get() + "\n" + generated);
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void detoursLeaveNoTrace(@ForAll("tapes") Tape tape) {
    GeneratedWorld generated = WorldGenerator.make(Choices.of(tape.decisions), new Coverage());
    CompiledWorld compiled = CompiledWorld.of(generated.log());
    CompiledWorld straight = CompiledWorld.of(generated.straightLog());
    assertEquals(straight.policy().hash(), compiled.policy().hash(), generated::toString);
    for (String node : compiled.nodes()) {
      Set<KernelEntry> wanted = new HashSet<>(compiled.fresh(node).wanted());
      assertEquals(wanted, new HashSet<>(compiled.node(node).wanted()), generated::toString);
    }
  }

  @AfterContainer
  static void report() {
    System.out.println(COVERAGE.report());
  }
}
