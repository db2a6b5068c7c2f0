package dev.sluice.core.proof;

import dev.sluice.core.oracle.Answer.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Proves world after world, for as long as one likes: {@code Prove [--seed S] [--worlds N]
 * [--minutes M] [--shrink 0]}. Ends with status 1 at the first world that is wrong, and prints the
 * smallest one like it, or with {@code --shrink 0} that one as it is. For soaking and for planted
 * bugs; the properties do the same in every test run.
 */
public final class Prove {
  private final Map<String, Long> options = new TreeMap<>();

  private Prove(String[] arguments) {
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], Long.valueOf(arguments[i + 1]));
    }
  }

  public static void main(String[] arguments) {
    boolean holds =
        new Prove(arguments)
            .run(
                Map.of(
                    "compiled = oracle",
                    CompiledProof::saysWhatTheOracleSays,
                    "detours",
                    (tape, coverage) -> CompiledProof.forgetsDetours(tape),
                    "room",
                    (tape, coverage) -> RoomProof.refusesWhatHasNoRoom(tape)));
    System.exit(holds ? 0 : 1);
  }

  /**
   * Runs checks as the arguments say, each on every world.
   *
   * @return whether all of them held
   */
  public static boolean run(
      String[] arguments, String name, BiFunction<Tape, Coverage, Optional<String>> check) {
    return new Prove(arguments).run(Map.of(name, check));
  }

  private boolean run(Map<String, BiFunction<Tape, Coverage, Optional<String>>> checks) {
    long seed = options.getOrDefault("--seed", System.nanoTime());
    long minutes = options.getOrDefault("--minutes", 60L * 24 * 365);
    long worlds = options.getOrDefault("--worlds", Long.MAX_VALUE);
    Instant end = Instant.now().plus(Duration.ofMinutes(minutes));
    Coverage coverage = Coverage.balanced(Verdict.ALLOW, Verdict.DENY, Verdict.AUDIT);
    long done = 0;
    for (; done < worlds && Instant.now().isBefore(end); done++) {
      Tape tape = Tape.of(seed + done);
      for (Map.Entry<String, BiFunction<Tape, Coverage, Optional<String>>> check :
          checks.entrySet()) {
        if (fails(check.getKey(), check.getValue(), tape, coverage)) {
          System.out.println("seed " + (seed + done));
          return false;
        }
      }
      if (done % 1000 == 999) {
        System.out.println((done + 1) + " worlds, " + coverage.flows() + " flows");
      }
    }
    System.out.println(done + " worlds from seed " + seed + " hold");
    System.out.println(coverage.report());
    return true;
  }

  private boolean fails(
      String name,
      BiFunction<Tape, Coverage, Optional<String>> check,
      Tape tape,
      Coverage coverage) {
    Optional<String> wrong;
    try {
      wrong = check.apply(tape, coverage);
    } catch (RuntimeException thrown) {
      wrong = Optional.of(thrown.toString());
    }
    if (wrong.isEmpty()) {
      return false;
    }
    Function<Tape, Optional<String>> again =
        tried -> {
          try {
            return check.apply(tried, Coverage.ofEverything());
          } catch (RuntimeException thrown) {
            return Optional.of(thrown.toString());
          }
        };
    boolean shrinks = options.getOrDefault("--shrink", 1L) != 0;
    String told = shrinks ? tape.smallest(again).orElse(wrong.get()) : wrong.get();
    System.out.println(name + ": " + told);
    return true;
  }
}
