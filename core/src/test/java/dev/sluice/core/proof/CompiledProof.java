package dev.sluice.core.proof;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import dev.sluice.core.oracle.Oracle;
import dev.sluice.core.oracle.World;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What must hold of every world. Each check says what is wrong and with which world. */
public final class CompiledProof {
  private static final int EACH_PAIR = 16;

  private CompiledProof() {}

  /** Whether what is compiled says what the oracle says of every flow, and for the same reasons. */
  public static Optional<String> saysWhatTheOracleSays(Tape tape, Coverage coverage) {
    GeneratedWorld generated = WorldGenerator.make(Choices.of(tape.decisions()), coverage);
    CompiledVerdicts verdicts = new CompiledVerdicts(CompiledWorld.of(generated));
    World world = generated.world();
    Oracle oracle = Oracle.of(world);
    for (Flow flow : Flows.of(world, EACH_PAIR)) {
      Answer wanted = oracle.judge(flow);
      if (!coverage.wants(wanted)) {
        continue;
      }
      coverage.seen(wanted);
      Optional<String> wrong = verdicts.differs(flow, wanted);
      if (wrong.isPresent()) {
        return Optional.of(flow + "\n" + wrong.get() + "\n" + generated);
      }
    }
    return Optional.empty();
  }

  /** Whether the way that the world came about has left no trace in what is compiled. */
  public static Optional<String> forgetsDetours(Tape tape) {
    GeneratedWorld generated =
        WorldGenerator.make(Choices.of(tape.decisions()), Coverage.ofEverything());
    CompiledWorld compiled = CompiledWorld.of(generated);
    CompiledWorld straight = CompiledWorld.of(generated.straight());
    if (!straight.policy().hash().equals(compiled.policy().hash())) {
      return Optional.of("the hash depends on the history\n" + generated);
    }
    for (String node : compiled.nodes()) {
      Set<KernelEntry> wanted = new HashSet<>(compiled.fresh(node).wanted());
      Set<KernelEntry> held = new HashSet<>(compiled.node(node).wanted());
      if (!held.equals(wanted)) {
        return Optional.of(node + " has " + held + "\nshould have " + wanted + "\n" + generated);
      }
    }
    return Optional.empty();
  }
}
