package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.policy.PeerLabels;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The policy entries of one local subject: flattens its policy peer by peer, and keeps the wanted
 * entries and the rule book's count of them in step. It does not find out which peers changed.
 */
final class SubjectEntries {
  /** Peer 0: whoever has no blocks of his own. */
  private static final int ANY_PEER = 0;

  private record Slot(Direction direction, int peer) {}

  private final int subject;
  private final WantedEntries wanted;
  private final RuleBook rules;
  private boolean audited;
  private final Map<Direction, DirectionPolicy> policies = new EnumMap<>(Direction.class);
  private final Map<Direction, FlatDirection> flat = new EnumMap<>(Direction.class);
  private final Map<Slot, List<PolicyKey>> held = new HashMap<>();
  private int size;

  SubjectEntries(int subject, WantedEntries wanted, RuleBook rules) {
    this.subject = subject;
    this.wanted = wanted;
    this.rules = rules;
  }

  int subject() {
    return subject;
  }

  /** How many entries it has. */
  int size() {
    return size;
  }

  /** How many of them one peer has. */
  int size(int peer) {
    int entries = 0;
    for (Direction direction : flat.keySet()) {
      entries += held.getOrDefault(new Slot(direction, peer), List.of()).size();
    }
    return entries;
  }

  /**
   * How many entries a peer outside the cluster would have if these selectors selected it; nothing
   * is written.
   */
  int needed(int peer, Set<String> selectors) {
    int entries = 0;
    for (FlatDirection direction : flat.values()) {
      entries += direction.peer(peer, selectors, List.of()).size();
    }
    return entries;
  }

  /** The selectors whose members are this subject's peers. */
  Set<String> selectors() {
    Set<String> selectors = new TreeSet<>();
    flat.values().forEach(direction -> selectors.addAll(direction.selectors()));
    return selectors;
  }

  /** Flattens a policy anew, whole; a direction that is as before costs nothing. */
  void policy(SubjectPolicy policy, Membership membership) {
    boolean under = policy.labels().labels().contains(PeerLabels.AUDIT);
    if (under != audited) {
      clear();
      audited = under;
    }
    // What comes in goes to a port of this subject; what goes out to one of the peer.
    DirectionPolicy ingress = NamedPorts.resolve(policy.ingress(), membership.ports().of(subject));
    direction(Direction.INGRESS, ingress, membership);
    direction(Direction.EGRESS, policy.egress(), membership);
  }

  private void direction(Direction direction, DirectionPolicy policy, Membership membership) {
    if (Objects.equals(policies.put(direction, policy), policy)) {
      return;
    }
    FlatDirection before = flat.get(direction);
    FlatDirection now = before == null ? new FlatDirection(direction, policy) : before.next(policy);
    flat.put(direction, now);
    if (before != null && now.saysTheSameToAnyPeer(before)) {
      members(now.changedSelectors(before), membership)
          .forEach(peer -> replace(direction, peer, now, membership));
    } else {
      Set<Integer> peers = members(now.selectors(), membership);
      peers.add(FlatDirection.HOST);
      held.keySet().stream()
          .filter(slot -> slot.direction == direction && slot.peer != ANY_PEER)
          .forEach(slot -> peers.add(slot.peer));
      peers.forEach(peer -> replace(direction, peer, now, membership));
      replace(direction, ANY_PEER, now.anyPeer());
    }
  }

  private static Set<Integer> members(Set<String> selectors, Membership membership) {
    Set<Integer> peers = new TreeSet<>();
    selectors.forEach(selector -> peers.addAll(membership.selectedBy(selector)));
    return peers;
  }

  /** The selectors that select a peer changed. */
  void peer(int peer, Membership membership) {
    flat.forEach((direction, flattened) -> replace(direction, peer, flattened, membership));
  }

  /**
   * The subject is not local any more, or has no policy: nothing answers for it, so it is closed.
   */
  void clear() {
    List.copyOf(held.keySet()).forEach(slot -> replace(slot.direction, slot.peer, List.of()));
    flat.clear();
    policies.clear();
  }

  private void replace(
      Direction direction, int peer, FlatDirection flattened, Membership membership) {
    replace(
        direction,
        peer,
        flattened.peer(peer, membership.selecting(peer), membership.ports().of(peer)));
  }

  private void replace(Direction direction, int peer, List<PeerTable.Block> blocks) {
    Slot slot = new Slot(direction, peer);
    List<PolicyKey> keys = blocks.stream().map(block -> put(slot, block)).toList();
    List<PolicyKey> old = keys.isEmpty() ? held.remove(slot) : held.put(slot, keys);
    size += keys.size() - (old == null ? 0 : old.size());
    if (old != null) {
      Set<PolicyKey> kept = Set.copyOf(keys);
      old.stream().filter(key -> !kept.contains(key)).forEach(this::remove);
    }
  }

  private PolicyKey put(Slot slot, PeerTable.Block block) {
    PolicyKey key =
        new PolicyKey(
            subject,
            slot.direction,
            slot.peer,
            block.protocol(),
            block.ports().first(),
            block.ports().bits());
    KernelEntry old = wanted.get(key);
    RuleBook.Reason reason = block.ruling().reason();
    reason = audited ? reason.audited() : reason;
    int cookie = rules.take(reason, key.match());
    if (old instanceof PolicyEntry entry) {
      rules.give(entry.cookie());
    }
    PolicyEntry entry = new PolicyEntry(key, reason.verdict(), block.ruling().proxy(), cookie);
    if (!entry.equals(old)) {
      wanted.put(entry);
    }
    return key;
  }

  private void remove(PolicyKey key) {
    if (wanted.remove(key) instanceof PolicyEntry entry) {
      rules.give(entry.cookie());
    }
  }
}
