package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.member;
import static dev.sluice.core.node.DesiredWorld.policy;
import static dev.sluice.core.node.DesiredWorld.put;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.IdentityPorts;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.RuleOracle.Question;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The kernel's lookup over flattened entries says what the rules say, and names the same rules. */
class FlatteningProperties {
  private static final int SUBJECT = 256;

  /** Every combination of selectors is somebody; 1 is the host, 999 is selected by none. */
  private static final Map<Integer, Set<String>> PEERS =
      Map.of(
          1,
          Set.of("s1"),
          2,
          Set.of(),
          SUBJECT,
          Set.of("s1", "s2", "s3"),
          301,
          Set.of("s1"),
          302,
          Set.of("s2"),
          303,
          Set.of("s1", "s2"),
          304,
          Set.of("s2", "s3"),
          999,
          Set.of());

  @Provide
  Arbitrary<DirectionPolicy> policies() {
    return RandomRules.policies();
  }

  @Provide
  Arbitrary<List<NamedPort>> named() {
    return RandomRules.named();
  }

  @Property(tries = 400)
  void theKernelsVerdictIsTheRules(
      @ForAll("policies") DirectionPolicy ingress,
      @ForAll("policies") DirectionPolicy egress,
      @ForAll("named") List<NamedPort> own,
      @ForAll("named") List<NamedPort> theirs) {
    NodeFold fold = NodeFold.empty("node-1");
    fold.local(Set.of(SUBJECT));
    fold.apply(put(policy(SUBJECT, ingress, egress)));
    PEERS.forEach((peer, all) -> all.forEach(s -> fold.apply(put(member(s, peer)))));
    fold.apply(put(new IdentityPorts(SUBJECT, own)));
    fold.apply(put(new IdentityPorts(303, theirs)));
    FakeKernel kernel = new FakeKernel(new MapSizes(100_000, 0, 0));
    kernel.write(fold.plan(), fold.wanted());
    for (int peer : PEERS.keySet()) {
      for (int protocol : List.of(1, 6, 17, 58, 132)) {
        for (int port : RandomRules.PORTS) {
          Set<String> selectedBy = PEERS.get(peer);
          List<NamedPort> peers = peer == 303 ? theirs : peer == SUBJECT ? own : List.of();
          check(
              fold,
              kernel,
              ingress,
              new Question(Direction.INGRESS, peer, selectedBy, own, protocol, port));
          check(
              fold,
              kernel,
              egress,
              new Question(Direction.EGRESS, peer, selectedBy, peers, protocol, port));
        }
      }
    }
  }

  private static void check(
      NodeFold fold, FakeKernel kernel, DirectionPolicy policy, Question question) {
    RuleOracle.Verdict expected = RuleOracle.judge(policy, question);
    PolicyEntry entry =
        kernel
            .judge(
                SUBJECT,
                question.direction(),
                question.peer(),
                question.protocol(),
                question.port())
            .orElseThrow();
    Set<String> reason = new TreeSet<>();
    fold.rules()
        .find(entry.cookie())
        .ifPresent(
            found -> {
              reason.addAll(found.origins());
              reason.addAll(found.enforcedBy());
            });
    assertEquals(expected, new RuleOracle.Verdict(entry.verdict(), reason), question::toString);
  }

  @Property(tries = 200)
  void blocksCoverARangeExactly(@ForAll char one, @ForAll char other) {
    int first = Math.min(one, other);
    int last = Math.max(one, other);
    int next = first;
    for (PortBlock block : PortBlock.cover(first, last)) {
      assertEquals(next, block.first());
      int size = 1 << (16 - block.bits());
      assertEquals(0, block.first() % size, "a block starts at a multiple of its size");
      next += size;
    }
    assertEquals(last + 1, next);
  }
}
