package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.EntryCount;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.NodeFold;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;

/** Over worlds of the whole language: what is counted is what nodes would write. */
class EntryCountProperties {
  private static final int MOST_PORTS_OF_NAME = 8;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whatIsCountedIsWhatNodesWouldWrite(@ForAll("seeds") long seed) {
    GeneratedWorld generated =
        WorldGenerator.make(Choices.of(Tape.of(seed).decisions()), Coverage.ofEverything());
    CompiledWorld world = CompiledWorld.of(generated);
    Desired desired = new Desired(world.policy().image());
    Map<Integer, Integer> written = new HashMap<>();
    Map<String, NodeFold> nodes = new HashMap<>(); // names make peers that topic desired has not
    for (ClusterRecord.Endpoint endpoint : world.endpoints()) {
      NodeFold node = nodes.computeIfAbsent(endpoint.node(), world::nameless);
      written.put(endpoint.identity(), written(node, endpoint));
    }
    written.forEach(
        (subject, entries) -> {
          DesiredRecord.SubjectPolicy policy = desired.policies.get(subject);
          assertEquals(entries, EntryCount.of(policy, desired), () -> policy + "\n" + generated);
          long most =
              EntryCount.atMost(policy, desired, selector -> desired.selectedBy(selector).size());
          assertTrue(most >= entries, () -> most + " of " + policy + "\n" + generated);
          long roughly =
              EntryCount.eachRoughly(policy, MOST_PORTS_OF_NAME)
                  * EntryCount.peersRoughly(policy, id -> desired.selectedBy(id).size());
          assertTrue(roughly >= entries, () -> roughly + " of " + policy + "\n" + generated);
        });
  }

  private static int written(NodeFold node, ClusterRecord.Endpoint endpoint) {
    return (int)
        node.wanted().stream()
            .map(KernelEntry::key)
            .filter(KernelEntry.PolicyKey.class::isInstance)
            .filter(key -> ((KernelEntry.PolicyKey) key).subject() == endpoint.identity())
            .count();
  }

  /** Whom selectors select, from the rows of topic desired. */
  private static final class Desired implements EntryCount.Peers {
    private final Map<Integer, DesiredRecord.SubjectPolicy> policies = new HashMap<>();
    private final Map<String, TreeSet<Integer>> members = new TreeMap<>();
    private final Map<Integer, List<NamedPort>> ports = new HashMap<>();

    Desired(List<Change<DesiredRecord>> image) {
      for (Change<DesiredRecord> change : image) {
        switch (change.value()) {
          case DesiredRecord.SubjectPolicy policy -> policies.put(policy.identity(), policy);
          case DesiredRecord.Member(String selector, int identity) ->
              members.computeIfAbsent(selector, s -> new TreeSet<>()).add(identity);
          case DesiredRecord.IdentityPorts row -> ports.put(row.identity(), row.ports());
          default -> {}
        }
      }
    }

    @Override
    public Collection<Integer> selectedBy(String selector) {
      return members.getOrDefault(selector, new TreeSet<>());
    }

    @Override
    public List<NamedPort> ports(int identity) {
      return ports.getOrDefault(identity, List.of());
    }
  }
}
