package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.RuleBook;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The verdicts of kernel entries on flows, each side on its own node, held against the oracle's.
 */
public final class CompiledVerdicts {
  private static final int HOST = 1;

  private final CompiledWorld world;
  private final Map<String, KernelView> views = new HashMap<>();
  private final Map<IpAddress, ClusterRecord.Endpoint> endpoints = new HashMap<>();

  public CompiledVerdicts(CompiledWorld world) {
    this.world = world;
    world.nodes().forEach(name -> views.put(name, new KernelView(world.node(name).wanted())));
    for (ClusterRecord.Endpoint endpoint : world.endpoints()) {
      endpoint.addresses().forEach(address -> endpoints.put(address, endpoint));
    }
  }

  /** What is wrong with the compiled verdict on a flow between two addresses; empty for nothing. */
  public Optional<String> differs(Flow flow, Answer wanted) {
    IpAddress from = ((Flow.Party.Address) flow.from()).address();
    IpAddress to = ((Flow.Party.Address) flow.to()).address();
    return side(Direction.EGRESS, from, to, flow, wanted.egress())
        .or(() -> side(Direction.INGRESS, to, from, flow, wanted.ingress()));
  }

  private Optional<String> side(
      Direction direction, IpAddress self, IpAddress other, Flow flow, Answer.Side wanted) {
    ClusterRecord.Endpoint subject = endpoints.get(self);
    if (subject == null) {
      return differs(direction, true, RuleBook.Reason.class.getName(), wanted, null);
    }
    KernelView view = views.get(subject.node());
    int peer = view.identity(other);
    if (direction == Direction.INGRESS && peer == HOST) {
      return differs(direction, true, "the node's own", wanted, null);
    }
    Optional<PolicyEntry> entry =
        view.policy(subject.identity(), direction, peer, flow.protocol(), flow.port());
    String what = "subject " + subject.identity() + ", peer " + peer + ": " + entry;
    RuleBook.Reason reason =
        entry.flatMap(e -> world.node(subject.node()).rules().find(e.cookie())).orElse(null);
    return differs(direction, entry.map(PolicyEntry::allow).orElse(false), what, wanted, reason);
  }

  private static Optional<String> differs(
      Direction direction, boolean allow, String what, Answer.Side wanted, RuleBook.Reason reason) {
    if (allow != wanted.passes()) {
      return Optional.of(direction + " is " + allow + " by " + what + ", should be " + wanted);
    }
    boolean nobody = reason == null || reason.origins().isEmpty() && reason.enforcedBy().isEmpty();
    if (nobody && (allow || wanted.rules().isEmpty() && wanted.enforcedBy().isEmpty())) {
      return Optional.empty();
    }
    List<String> rules = nobody ? List.of() : reason.origins();
    List<String> enforcedBy = nobody ? List.of() : reason.enforcedBy();
    return rules.equals(wanted.rules()) && enforcedBy.equals(wanted.enforcedBy())
        ? Optional.empty()
        : Optional.of(direction + " by " + what + " says " + reason + ", should be " + wanted);
  }
}
