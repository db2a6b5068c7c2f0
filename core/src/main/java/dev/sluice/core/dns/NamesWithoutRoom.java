package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sets of names that a node's policy map has no room for: what is left out in, findings out. Not
 * thread safe.
 */
public final class NamesWithoutRoom {
  public static final String CODE = "names-without-room";

  /** A message names so many. */
  private static final int NAMED = 3;

  /**
   * A set that is left out.
   *
   * @param names what its selectors select, as policies write it
   * @param why what it would need
   * @param who the subject that has no room, in words; empty: the node
   * @param policies that would let their pods reach the names
   */
  public record LeftOut(List<String> names, NoRoom why, String who, List<ObjectKey> policies) {}

  private final ToldFindings told = new ToldFindings(CODE);

  /**
   * What became of the findings since the last call.
   *
   * @param sets all that are left out now, in the order of their numbers
   */
  public List<Change<NameFinding>> look(long nowMillis, List<LeftOut> sets) {
    TreeMap<ObjectKey, List<LeftOut>> byPolicy = new TreeMap<>();
    for (LeftOut set : sets) {
      set.policies()
          .forEach(policy -> byPolicy.computeIfAbsent(policy, p -> new ArrayList<>()).add(set));
    }
    TreeMap<ObjectKey, String> messages = new TreeMap<>();
    for (Map.Entry<ObjectKey, List<LeftOut>> each : byPolicy.entrySet()) {
      messages.put(each.getKey(), message(each.getValue()));
    }
    return told.look(nowMillis, messages);
  }

  private static String message(List<LeftOut> sets) {
    TreeSet<String> names = new TreeSet<>();
    sets.forEach(set -> names.addAll(set.names()));
    List<String> first = names.stream().limit(NAMED).toList();
    int more = names.size() - first.size();
    LeftOut last = sets.getLast();
    boolean node = last.why().subject() == 0;
    return "there is no room for addresses under "
        + String.join(", ", first)
        + (more > 0 ? " and " + more + " more" : "")
        + ": with them "
        + (node ? "this node" : last.who() + " (identity " + last.why().subject() + ")")
        + " would need "
        + last.why().needed()
        + " entries in the policy map and may have "
        + last.why().allowed()
        + "; pods that look the names up are answered SERVFAIL, and the addresses are what they"
        + " are without them: name fewer peers or ports, or raise "
        + (node ? "node.policy.entries" : "policyMapEntries of SluiceSettings cluster");
  }
}
