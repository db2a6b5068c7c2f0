package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random policies whose rules overlap a great deal. */
final class RandomRules {
  /** Ports at which rules begin and end, and so the ones worth asking about. */
  static final List<Integer> PORTS =
      List.of(0, 1, 79, 80, 81, 127, 128, 1023, 1024, 8080, 32767, 32768, 65534, 65535);

  static final List<Integer> PROTOCOLS = List.of(0, 1, 6, 17, 132);
  static final List<String> SELECTORS = List.of("", "s1", "s2", "s3");

  private RandomRules() {}

  static Arbitrary<DirectionPolicy> policies() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of(List.of("CiliumNetworkPolicy/a/b"), List.of("CiliumNetworkPolicy/a/c")),
            rules().list().ofMaxSize(7))
        .as(DirectionPolicy::new);
  }

  private static Arbitrary<CompiledRule> rules() {
    Arbitrary<int[]> ports =
        Arbitraries.oneOf(
            Arbitraries.just(new int[] {0, 65535}),
            Combinators.combine(Arbitraries.of(PORTS), Arbitraries.of(PORTS))
                .as((a, b) -> new int[] {Math.min(a, b), Math.max(a, b)}));
    return Combinators.combine(
            Arbitraries.of(SELECTORS),
            Arbitraries.of(PROTOCOLS),
            ports,
            Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.of(RuleVerdict.ALLOW, RuleVerdict.DENY)),
                Tuple.of(1, Arbitraries.of(RuleVerdict.values()))),
            Arbitraries.of(0, 0, 0, 7),
            Arbitraries.integers().between(0, 3))
        .as(
            (selector, protocol, range, verdict, precedence, origin) ->
                new CompiledRule(
                    selector,
                    protocol,
                    range[0],
                    range[1],
                    verdict,
                    precedence,
                    "",
                    List.of("CiliumNetworkPolicy/a/p" + origin + "#spec")));
  }
}
