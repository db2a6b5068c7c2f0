package dev.sluice.core.service;

import java.util.StringJoiner;

/**
 * How many entries each load-balancing map holds, or can hold.
 *
 * @param frontends {@code slc_lb_frontend}
 * @param slots {@code slc_lb_slot}
 * @param members {@code slc_lb_member}
 * @param seats {@code slc_lb_seat}
 * @param tables {@code slc_lb_maglev}
 * @param ranges {@code slc_range}
 */
public record LbSizes(int frontends, int slots, int members, int seats, int tables, int ranges) {
  public static final LbSizes NONE = new LbSizes(0, 0, 0, 0, 0, 0);

  /** Whether each map's entries fit into that map of {@code capacity}. */
  public boolean fitsInto(LbSizes capacity) {
    return frontends <= capacity.frontends
        && slots <= capacity.slots
        && members <= capacity.members
        && seats <= capacity.seats
        && tables <= capacity.tables
        && ranges <= capacity.ranges;
  }

  /** What does not fit into {@code capacity}: {@code 24 frontends, where 8 fit}. */
  public String beyond(LbSizes capacity) {
    StringJoiner parts = new StringJoiner("; ");
    beyond(parts, "frontends", frontends, capacity.frontends);
    beyond(parts, "backends", slots, capacity.slots);
    beyond(parts, "backends that clients stay with", members, capacity.members);
    beyond(parts, "backends for clients outside", seats, capacity.seats);
    beyond(parts, "tables for clients outside", tables, capacity.tables);
    beyond(parts, "source ranges", ranges, capacity.ranges);
    return parts.toString();
  }

  private static void beyond(StringJoiner parts, String what, int needed, int room) {
    if (needed > room) {
      parts.add("%d %s, where %d fit".formatted(needed, what, room));
    }
  }

  LbSizes plus(LbEntry.Key key, int n) {
    return switch (key) {
      case LbEntry.FrontendKey unused ->
          new LbSizes(frontends + n, slots, members, seats, tables, ranges);
      case LbEntry.SlotKey unused ->
          new LbSizes(frontends, slots + n, members, seats, tables, ranges);
      case LbEntry.MemberKey unused ->
          new LbSizes(frontends, slots, members + n, seats, tables, ranges);
      case LbEntry.SeatKey unused ->
          new LbSizes(frontends, slots, members, seats + n, tables, ranges);
      case LbEntry.TableKey unused ->
          new LbSizes(frontends, slots, members, seats, tables + n, ranges);
      case LbEntry.RangeKey unused ->
          new LbSizes(frontends, slots, members, seats, tables, ranges + n);
    };
  }
}
