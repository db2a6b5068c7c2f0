package dev.sluice.node.flow;

import dev.sluice.core.node.KernelEntry.Direction;
import java.util.List;

/**
 * Which policies stand behind what became of a packet or connection.
 *
 * @param direction the side whose policy decided
 * @param audited it passed, though policies would have dropped it: the pod's under audit, or the
 *     policies themselves
 * @param allowedBy {@code kind/namespace/name#path} of the rules that allowed it
 * @param deniedBy of the rules that denied it or, audited, would have; for default deny the
 *     policies that switched it on
 * @param match what a rule recognised it by, in Cilium's numbers; 0: no rule did
 * @param needed for default deny, audited or not: what a rule would have to allow, in words; else
 *     empty
 */
record Attribution(
    Direction direction,
    boolean audited,
    List<String> allowedBy,
    List<String> deniedBy,
    int match,
    String needed) {}
