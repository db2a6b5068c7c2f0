package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All rulings for one peer, final: over protocols and ports. It answers for every packet, and knows
 * how to say it in longest-prefix entries.
 *
 * @param base the ruling of protocols that no rule names
 * @param columns by IP protocol number
 */
record PeerTable(Ruling base, TreeMap<Integer, PortColumn> columns) {
  /** The protocols that have ports; a rule for ports of any protocol speaks of these. */
  private static final List<Integer> WITH_PORTS = List.of(6, 17, 132);

  static final PeerTable OPEN = new PeerTable(Ruling.OPEN, new TreeMap<>());

  /**
   * @param rules all that apply to the peer, those for any peer included
   */
  static PeerTable of(DirectionPolicy policy, Collection<CompiledRule> rules) {
    List<CompiledRule> anyProtocol = new ArrayList<>();
    TreeSet<Integer> protocols = new TreeSet<>();
    for (CompiledRule rule : rules) {
      if (rule.protocol() != 0) {
        protocols.add(rule.protocol());
      } else if (PortColumn.namesNoPorts(rule)) {
        anyProtocol.add(rule);
      } else {
        protocols.addAll(WITH_PORTS);
      }
    }
    TreeMap<Integer, PortColumn> columns = new TreeMap<>();
    for (int protocol : protocols) {
      columns.put(
          protocol,
          PortColumn.of(policy, rules.stream().filter(r -> appliesTo(r, protocol)).toList()));
    }
    return new PeerTable(Ruling.of(policy, anyProtocol), columns);
  }

  private static boolean appliesTo(CompiledRule rule, int protocol) {
    return rule.protocol() == protocol
        || (rule.protocol() == 0
            && (PortColumn.namesNoPorts(rule) || WITH_PORTS.contains(protocol)));
  }

  Ruling at(int protocol, int port) {
    PortColumn column = columns.get(protocol);
    return column == null ? base : column.at(port);
  }

  /** Whether it allows everything, and no policy has a say. */
  boolean isOpen() {
    return base.equals(Ruling.OPEN) && blocks().size() == 1;
  }

  /** One entry's worth: {@code protocol} 0 is any and has no port bits. */
  record Block(int protocol, PortBlock ports, Ruling ruling) {}

  /** Blocks that say everything, so that a lookup of this peer never misses. */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Block(0, new PortBlock(0, 0), base));
    columns.forEach(
        (protocol, column) -> {
          if (!column.background().equals(base)) {
            blocks.add(new Block(protocol, new PortBlock(0, 0), column.background()));
          }
          add(blocks, protocol, column.exceptions());
        });
    return blocks;
  }

  /**
   * Blocks for a peer of its own, where a lookup that misses goes on with {@code any}'s blocks:
   * only what differs. Where a wide block of this peer hides {@code any}'s narrow ones, they are
   * said again.
   */
  List<Block> blocksOver(PeerTable any) {
    if (!base.equals(any.base)) {
      return blocks();
    }
    List<Block> blocks = new ArrayList<>();
    for (Map.Entry<Integer, PortColumn> entry : columns.entrySet()) {
      int protocol = entry.getKey();
      PortColumn column = entry.getValue();
      PortColumn under = any.columns.get(protocol);
      Ruling background = under == null ? any.base : under.background();
      if (!column.background().equals(background)) {
        blocks.add(new Block(protocol, new PortBlock(0, 0), column.background()));
        add(blocks, protocol, column.exceptions());
      } else {
        add(blocks, protocol, under == null ? column.exceptions() : column.differences(under));
      }
    }
    return blocks;
  }

  private static void add(List<Block> blocks, int protocol, List<PortColumn.Run> runs) {
    for (PortColumn.Run run : runs) {
      PortBlock.cover(run.first(), run.last())
          .forEach(ports -> blocks.add(new Block(protocol, ports, run.ruling())));
    }
  }
}
