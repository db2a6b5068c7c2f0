package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One direction of a subject's policy, flattened: the kernel asks for the packet's peer, and then
 * for any peer, and takes the first answer. So a peer's blocks contain what the rules for any peer
 * say. Peers that the same selectors select share their blocks, and so do versions of a policy
 * between which nothing changed for them.
 */
final class FlatDirection {
  private static final String ANY = "";

  /** The node itself. */
  static final int HOST = ReservedIdentity.HOST.number();

  private final KernelEntry.Direction direction;
  private final DirectionPolicy policy;
  private final Map<String, List<CompiledRule>> bySelector = new TreeMap<>();
  private final PeerTable any;
  private final Map<Selected, List<PeerTable.Block>> bySelectors = new HashMap<>();

  /** All that a peer's blocks depend on; the ports only where rules name some. */
  private record Selected(Set<String> selectors, List<NamedPort> ports) {}

  FlatDirection(KernelEntry.Direction direction, DirectionPolicy policy) {
    this(direction, policy, null);
  }

  private FlatDirection(
      KernelEntry.Direction direction, DirectionPolicy policy, FlatDirection before) {
    this.direction = direction;
    this.policy = policy;
    for (CompiledRule rule : policy.rules()) {
      bySelector.computeIfAbsent(rule.selector(), s -> new ArrayList<>()).add(rule);
    }
    if (before == null || !saysTheSameToAnyPeer(before)) {
      this.any = PeerTable.of(policy, rules(ANY));
    } else {
      this.any = before.any;
      Set<String> changed = changedSelectors(before);
      before.bySelectors.forEach(
          (selected, blocks) -> {
            if (Collections.disjoint(selected.selectors, changed)) {
              bySelectors.put(selected, blocks);
            }
          });
    }
  }

  /** The next version of the policy, taking over what is the same. */
  FlatDirection next(DirectionPolicy version) {
    return new FlatDirection(direction, version, this);
  }

  /** Whether the rules for any peer, and the default, are as before. */
  boolean saysTheSameToAnyPeer(FlatDirection before) {
    return policy.enforced() == before.policy.enforced()
        && policy.enforcedBy().equals(before.policy.enforcedBy())
        && policy.auditedBy().equals(before.policy.auditedBy())
        && rules(ANY).equals(before.rules(ANY));
  }

  /** The selectors whose rules came, went or changed. */
  Set<String> changedSelectors(FlatDirection before) {
    Set<String> changed = new TreeSet<>(bySelector.keySet());
    changed.addAll(before.bySelector.keySet());
    changed.removeIf(
        selector -> Objects.equals(bySelector.get(selector), before.bySelector.get(selector)));
    return changed;
  }

  /** The selectors that rules of this direction use; any peer is none of them. */
  Set<String> selectors() {
    TreeSet<String> selectors = new TreeSet<>(bySelector.keySet());
    selectors.remove(ANY);
    return selectors;
  }

  /** Blocks of peer 0: they answer for every packet. */
  List<PeerTable.Block> anyPeer() {
    return any.blocks();
  }

  /**
   * Blocks of one peer, beyond those of peer 0.
   *
   * @param selectedBy all selectors that select the peer
   * @param ports the named ports of the peer
   */
  List<PeerTable.Block> peer(int peer, Set<String> selectedBy, List<NamedPort> ports) {
    if (direction == KernelEntry.Direction.INGRESS && IdentityScope.isHost(peer)) {
      // A node may always reach its own pods: the kubelet probes them. The program knows it by the
      // number, and does not ask.
      return peer != HOST || any.isOpen() ? List.of() : PeerTable.OPEN.blocks();
    }
    Set<String> used = new TreeSet<>(selectedBy);
    used.retainAll(bySelector.keySet());
    if (used.isEmpty()) {
      return List.of();
    }
    boolean names = used.stream().flatMap(s -> rules(s).stream()).anyMatch(CompiledRule::namesPort);
    return bySelectors.computeIfAbsent(new Selected(used, names ? ports : List.of()), this::blocks);
  }

  private List<PeerTable.Block> blocks(Selected selected) {
    List<CompiledRule> rules = new ArrayList<>(rules(ANY));
    selected.selectors.forEach(selector -> rules.addAll(rules(selector)));
    return PeerTable.of(policy, NamedPorts.resolve(rules, selected.ports)).blocksOver(any);
  }

  private List<CompiledRule> rules(String selector) {
    return bySelector.getOrDefault(selector, List.of());
  }
}
