package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.policy.TrafficRule.Tier;
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
            Arbitraries.of(
                List.of("CiliumNetworkPolicy/a/b"),
                List.of("CiliumNetworkPolicy/a/c"),
                List.<String>of()),
            Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(List.<String>of())),
                Tuple.of(1, Arbitraries.just(List.of("CiliumNetworkPolicy/a/audited")))),
            rules().list().ofMaxSize(7))
        .as(
            (enforced, enforcedBy, auditedBy, rules) ->
                new DirectionPolicy(enforced, enforced ? enforcedBy : List.of(), auditedBy, rules));
  }

  /** Names of ports; mostly none. */
  private static Arbitrary<String> names() {
    return Arbitraries.frequency(Tuple.of(5, ""), Tuple.of(1, "http"), Tuple.of(1, "dns"));
  }

  /** Named ports of a destination. */
  static Arbitrary<List<NamedPort>> named() {
    return Combinators.combine(
            Arbitraries.of("http", "dns"), Arbitraries.of(PORTS), Arbitraries.of("TCP", "UDP"))
        .as(NamedPort::new)
        .list()
        .ofMaxSize(2);
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
            Combinators.combine(
                    Arbitraries.of(
                        Tier.NORMAL, Tier.NORMAL, Tier.NORMAL, Tier.ADMIN, Tier.BASELINE),
                    Arbitraries.of(0, 0, 7))
                .as(Precedence::of),
            names(),
            Combinators.combine(
                    Arbitraries.of(false, false, false, true), Arbitraries.integers().between(0, 3))
                .as((audited, origin) -> (audited ? "audited" : "p") + origin))
        .as(
            (selector, protocol, range, verdict, precedence, name, origin) ->
                new CompiledRule(
                    // Any peer with a named port is compiled to every pod.
                    selector.isEmpty() && !name.isEmpty() ? "s1" : selector,
                    name.isEmpty() ? protocol : protocol == 17 ? 17 : 6,
                    name.isEmpty() ? range[0] : 1,
                    name.isEmpty() ? range[1] : 0,
                    name,
                    verdict,
                    precedence,
                    origin.startsWith("audited"),
                    "",
                    List.of("CiliumNetworkPolicy/a/" + origin + "#spec")));
  }
}
