package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.node.KernelEntry.Direction;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * How many entries a subject has in the policy map of each node that one of its endpoints is on:
 * what {@link NodeFold} would flatten its policy to, without doing so. Pure; any thread.
 */
public final class EntryCount {
  private static final List<Integer> WITH_PORTS = List.of(6, 17, 132);

  /** Blocks that one more range adds at most: its own, and what it cuts others into. */
  private static final int BLOCKS_OF_RANGE = 33;

  /** More than any map holds, and two of it are a number still. */
  private static final long UNKNOWN = Long.MAX_VALUE / 4;

  /** Who the peers of a policy are. */
  public interface Peers {
    /** The identities that a selector selects. */
    Collection<Integer> selectedBy(String selector);

    /** The named ports of an identity. */
    List<NamedPort> ports(int identity);
  }

  private EntryCount() {}

  /** Exactly; costs every peer of the policy. */
  public static int of(SubjectPolicy policy, Peers peers) {
    return of(Direction.INGRESS, ingress(policy, peers), peers)
        + of(Direction.EGRESS, policy.egress(), peers);
  }

  private static DirectionPolicy ingress(SubjectPolicy policy, Peers peers) {
    return NamedPorts.resolve(policy.ingress(), peers.ports(policy.identity()));
  }

  private static int of(Direction direction, DirectionPolicy policy, Peers peers) {
    FlatDirection flat = new FlatDirection(direction, policy);
    Map<Integer, Set<String>> selecting = new HashMap<>();
    selecting.put(FlatDirection.HOST, new TreeSet<>());
    for (String selector : flat.selectors()) {
      for (int peer : peers.selectedBy(selector)) {
        selecting.computeIfAbsent(peer, unused -> new TreeSet<>()).add(selector);
      }
    }
    int count = flat.anyPeer().size();
    for (Map.Entry<Integer, Set<String>> peer : selecting.entrySet()) {
      count += flat.peer(peer.getKey(), peer.getValue(), peers.ports(peer.getKey())).size();
    }
    return count;
  }

  /**
   * No fewer than {@link #of}, and quickly: as if every peer had every rule of the direction.
   *
   * @param members how many identities a selector selects
   */
  public static long atMost(SubjectPolicy policy, Peers peers, ToIntFunction<String> members) {
    return atMost(ingress(policy, peers), members) + atMost(policy.egress(), members);
  }

  /** No fewer than any one peer has, in both directions together. */
  public static long eachAtMost(SubjectPolicy policy, Peers peers) {
    return eachAtMost(ingress(policy, peers)) + eachAtMost(policy.egress());
  }

  /**
   * As {@link #eachAtMost}, at the cost of a look at each rule.
   *
   * @param portsOfName how many ports of one peer a name can be
   */
  public static long eachRoughly(SubjectPolicy policy, int portsOfName) {
    return eachRoughly(policy.ingress(), portsOfName) + eachRoughly(policy.egress(), portsOfName);
  }

  private static long eachRoughly(DirectionPolicy policy, int portsOfName) {
    boolean cut = false;
    for (CompiledRule rule : policy.rules()) {
      boolean single = rule.portFirst() == rule.portLast() || rule.namesPort();
      cut |= !single && !PortColumn.namesNoPorts(rule);
    }
    long each = 1;
    for (CompiledRule rule : policy.rules()) {
      int protocols = rule.protocol() == 0 ? WITH_PORTS.size() : 1;
      int ports = rule.namesPort() ? Math.max(1, portsOfName) : 1;
      each += (long) protocols * (1 + ports * (cut ? BLOCKS_OF_RANGE : 1));
    }
    return each;
  }

  /** How many peers the rules of a policy mean at most; one that several mean is several. */
  public static long peersRoughly(SubjectPolicy policy, ToIntFunction<String> members) {
    return peersRoughly(policy.ingress(), members) + peersRoughly(policy.egress(), members);
  }

  private static long peersRoughly(DirectionPolicy policy, ToIntFunction<String> members) {
    long peers = 2; // any peer, and the node
    String last = "";
    for (CompiledRule rule : policy.rules()) {
      if (!rule.selector().equals(last)) {
        peers += rule.selector().isEmpty() ? 0 : members.applyAsInt(rule.selector());
      }
      last = rule.selector();
    }
    return peers;
  }

  private static long atMost(DirectionPolicy policy, ToIntFunction<String> members) {
    long each = eachAtMost(policy);
    if (each == UNKNOWN) {
      return UNKNOWN;
    }
    TreeSet<String> selectors = new TreeSet<>();
    policy.rules().forEach(rule -> selectors.add(rule.selector()));
    long peers = 2; // any peer, and the node
    for (String selector : selectors) {
      peers += selector.isEmpty() ? 0 : members.applyAsInt(selector);
    }
    return peers * each;
  }

  private static long eachAtMost(DirectionPolicy policy) {
    TreeMap<Integer, TreeMap<Integer, Integer>> begun = new TreeMap<>();
    for (CompiledRule rule : policy.rules()) {
      if (rule.namesPort()) {
        return UNKNOWN; // how many ports a name is depends on each peer
      }
      for (int protocol : protocols(rule)) {
        TreeMap<Integer, Integer> cuts = begun.computeIfAbsent(protocol, p -> new TreeMap<>());
        if (!PortColumn.namesNoPorts(rule)) {
          cuts.merge(rule.portFirst(), 1, Integer::sum);
          cuts.merge(rule.portLast() + 1, -1, Integer::sum);
        }
      }
    }
    long each = 1;
    for (TreeMap<Integer, Integer> cuts : begun.values()) {
      each += 1 + blocks(cuts);
    }
    return each;
  }

  private static List<Integer> protocols(CompiledRule rule) {
    if (rule.protocol() != 0) {
      return List.of(rule.protocol());
    }
    return PortColumn.namesNoPorts(rule) ? List.of() : WITH_PORTS;
  }

  /**
   * Blocks that cover every run of ports between two cuts and inside some rule.
   *
   * @param cuts by port, how many more rules speak of it than of the port before
   */
  private static long blocks(TreeMap<Integer, Integer> cuts) {
    long blocks = 0;
    int inside = 0;
    int first = 0;
    for (Map.Entry<Integer, Integer> cut : cuts.entrySet()) {
      if (inside > 0) {
        blocks += PortBlock.cover(first, cut.getKey() - 1).size();
      }
      first = cut.getKey();
      inside += cut.getValue();
    }
    return blocks;
  }
}
