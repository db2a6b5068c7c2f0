package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.node.RuleBook;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The verdicts of kernel entries on flows, each side on its own node, held against the oracle's.
 */
public final class CompiledVerdicts {
  private final CompiledWorld world;
  private final Map<String, KernelView> views = new HashMap<>();
  private final Map<IpAddress, ClusterRecord.Endpoint> endpoints = new HashMap<>();

  public CompiledVerdicts(CompiledWorld world) {
    this.world = world;
    world.nodes().forEach(name -> views.put(name, KernelView.of(world.node(name).wanted())));
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
      return differs(direction + " of nobody here", Said.OPEN, wanted);
    }
    KernelView view = views.get(subject.node());
    int peer = view.identity(other);
    if (direction == Direction.INGRESS && IdentityScope.isHost(peer)) {
      return differs(direction + " from the own node", Said.OPEN, wanted);
    }
    Optional<PolicyEntry> entry =
        view.policy(subject.identity(), direction, peer, flow.protocol(), flow.port());
    String what = direction + " of " + subject.identity() + ", peer " + peer + ": " + entry;
    RuleBook.Reason reason =
        entry
            .flatMap(found -> world.node(subject.node()).rules().find(found.cookie()))
            .orElse(RuleBook.Reason.NONE);
    Verdict verdict = entry.map(PolicyEntry::verdict).orElse(Verdict.DEFAULT_DENY);
    boolean proxied = entry.filter(found -> found.proxyPort() != 0).isPresent();
    return differs(what, new Said(verdict, reason, proxied), wanted);
  }

  /** A verdict, and why. */
  private record Said(Verdict verdict, RuleBook.Reason reason, boolean proxied) {
    static final Said OPEN = new Said(Verdict.ALLOW, RuleBook.Reason.NONE, false);
  }

  private static Optional<String> differs(String what, Said said, Answer.Side wanted) {
    boolean same =
        switch (said.verdict) {
          // Why something passes is told only where something could have stopped it.
          case ALLOW ->
              (wanted.verdict() == Answer.Verdict.ALLOW
                      || wanted.verdict() == Answer.Verdict.REDIRECT && said.proxied)
                  && (said.reason.origins().isEmpty()
                      || said.reason.origins().equals(wanted.rules()));
          case AUDIT ->
              wanted.verdict() == Answer.Verdict.AUDIT
                  && said.reason.policies().equals(wanted.audited());
          case DENY ->
              wanted.verdict() == Answer.Verdict.DENY
                  && said.reason.origins().equals(wanted.rules())
                  && wanted.why() == Answer.Why.RULE;
          case DEFAULT_DENY ->
              wanted.verdict() == Answer.Verdict.DENY
                  && said.reason.enforcedBy().equals(wanted.enforcedBy())
                  && wanted.why() == Answer.Why.DEFAULT_DENY;
        };
    return same ? Optional.empty() : Optional.of(what + " says " + said + ", should be " + wanted);
  }
}
