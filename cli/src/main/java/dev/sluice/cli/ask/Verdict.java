package dev.sluice.cli.ask;

import dev.sluice.core.node.KernelEntry.Direction;

/** What policy says about some traffic: both sides, and both together. */
record Verdict(boolean egress, boolean ingress) {
  /** A side that is no pod has no policy, and allows. */
  static Verdict of(Engine engine, Party from, Party to, Traffic traffic) {
    return new Verdict(
        !from.isPod() || engine.allows(Direction.EGRESS, from, to, traffic),
        !to.isPod() || engine.allows(Direction.INGRESS, to, from, traffic));
  }

  boolean allow() {
    return egress && ingress;
  }

  static String word(boolean allow) {
    return allow ? "allow" : "deny";
  }
}
