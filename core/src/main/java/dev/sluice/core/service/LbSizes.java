package dev.sluice.core.service;

/**
 * How many entries each load-balancing map holds, or can hold.
 *
 * @param frontends {@code slc_lb_frontend}
 * @param slots {@code slc_lb_slot}
 * @param members {@code slc_lb_member}
 */
public record LbSizes(int frontends, int slots, int members) {
  public static final LbSizes NONE = new LbSizes(0, 0, 0);

  /** Whether each map's entries fit into that map of {@code capacity}. */
  public boolean fitsInto(LbSizes capacity) {
    return frontends <= capacity.frontends
        && slots <= capacity.slots
        && members <= capacity.members;
  }

  LbSizes plus(LbEntry.Key key, int count) {
    return switch (key) {
      case LbEntry.FrontendKey unused -> new LbSizes(frontends + count, slots, members);
      case LbEntry.SlotKey unused -> new LbSizes(frontends, slots + count, members);
      case LbEntry.MemberKey unused -> new LbSizes(frontends, slots, members + count);
    };
  }
}
