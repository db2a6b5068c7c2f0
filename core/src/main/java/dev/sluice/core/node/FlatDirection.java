package dev.sluice.core.node;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One direction of a subject's policy, flattened: the kernel asks for the packet's peer, and then
 * for any peer, and takes the first answer. So a peer's blocks contain what the rules for any peer
 * say. Peers that the same selectors select share their blocks.
 */
final class FlatDirection {
  /** The node itself. */
  static final int HOST = ReservedIdentity.HOST.number();

  private final KernelEntry.Direction direction;
  private final DirectionPolicy policy;
  private final Map<String, List<CompiledRule>> bySelector = new TreeMap<>();
  private final PeerTable any;
  private final Map<Set<String>, List<PeerTable.Block>> bySelectors = new HashMap<>();

  FlatDirection(KernelEntry.Direction direction, DirectionPolicy policy) {
    this.direction = direction;
    this.policy = policy;
    for (CompiledRule rule : policy.rules()) {
      bySelector.computeIfAbsent(rule.selector(), s -> new ArrayList<>()).add(rule);
    }
    this.any = PeerTable.of(policy, bySelector.getOrDefault("", List.of()));
  }

  KernelEntry.Direction direction() {
    return direction;
  }

  /** The selectors that rules of this direction use; empty text, any peer, is none of them. */
  Set<String> selectors() {
    TreeSet<String> selectors = new TreeSet<>(bySelector.keySet());
    selectors.remove("");
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
   */
  List<PeerTable.Block> peer(int peer, Set<String> selectedBy) {
    if (direction == KernelEntry.Direction.INGRESS && peer == HOST) {
      // A node may always reach its own pods: the kubelet probes them.
      return any.isOpen() ? List.of() : PeerTable.OPEN.blocks();
    }
    Set<String> used = new TreeSet<>(selectedBy);
    used.retainAll(bySelector.keySet());
    return used.isEmpty() ? List.of() : bySelectors.computeIfAbsent(used, this::blocks);
  }

  private List<PeerTable.Block> blocks(Set<String> selectors) {
    List<CompiledRule> rules = new ArrayList<>(bySelector.getOrDefault("", List.of()));
    selectors.forEach(selector -> rules.addAll(bySelector.get(selector)));
    return PeerTable.of(policy, rules).blocksOver(any);
  }
}
