package dev.sluice.core.service;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;

/**
 * One entry of a node's load-balancing maps, as a value. {@link Key} says which entry, the rest
 * what it holds; the layouts in C are in node-applier's {@code slc_lb_types.h}.
 */
public sealed interface LbEntry {
  Key key();

  /** Identifies an entry; the type says which map. */
  sealed interface Key {}

  /** An address and port of one protocol, to and from. */
  record Target(IpAddress address, int port) implements Comparable<Target> {
    @Override
    public int compareTo(Target other) {
      int byAddress = address.compareTo(other.address);
      return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
      return (address.v6() ? "[" + address + "]" : address) + ":" + port;
    }
  }

  /**
   * The backends that one kind of traffic to a group may use: a number of its own.
   *
   * @param local those on this node alone
   */
  record Scope(int group, boolean local) {
    /** Never 0. */
    public int number() {
      return group * 2 + (local ? 1 : 0);
    }

    public static Scope numbered(int number) {
      return new Scope(number / 2, number % 2 == 1);
    }
  }

  /**
   * Map {@code slc_lb_frontend}.
   *
   * @param protocol IP protocol number
   */
  record FrontendKey(Target target, int protocol) implements Key {}

  /**
   * @param id for flows and lists
   * @param inside what sockets of the node use, of which there are {@code insideCount} slots
   * @param outside what traffic from outside the cluster uses; null: it may not come here
   * @param affinitySeconds 0: none
   * @param ranged only who is in one of its {@link RangeEntry ranges} may come from outside
   */
  record FrontendEntry(
      FrontendKey key,
      int id,
      Scope inside,
      int insideCount,
      Scope outside,
      int outsideCount,
      int affinitySeconds,
      boolean ranged)
      implements LbEntry {}

  /**
   * Map {@code slc_lb_slot}.
   *
   * @param slot from 0, without holes
   */
  record SlotKey(Scope scope, int slot) implements Key {}

  record SlotEntry(SlotKey key, Target backend) implements LbEntry {}

  /** Map {@code slc_lb_member}: whether a client may stay with a backend. */
  record MemberKey(Scope scope, Target backend) implements Key {}

  record MemberEntry(MemberKey key) implements LbEntry {}

  /**
   * Map {@code slc_lb_seat}: backends of traffic from outside, by numbers that tables refer to.
   *
   * @param seat from 0, with holes
   */
  record SeatKey(Scope scope, int seat) implements Key {}

  record SeatEntry(SeatKey key, Target backend) implements LbEntry {}

  /** Map {@code slc_lb_maglev}: which seat a connection from outside gets. */
  record TableKey(Scope scope) implements Key {}

  record TableEntry(TableKey key, SeatTable table) implements LbEntry {}

  /**
   * Map {@code slc_range}: who may use a frontend from outside.
   *
   * @param owner id of the frontend
   */
  record RangeKey(int owner, Prefix prefix) implements Key {}

  record RangeEntry(RangeKey key) implements LbEntry {}
}
