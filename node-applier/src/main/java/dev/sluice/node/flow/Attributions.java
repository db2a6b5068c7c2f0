package dev.sluice.node.flow;

import dev.sluice.core.desired.RuleWords;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.node.RuleBook;
import dev.sluice.node.kernel.KernelEvent;
import java.util.List;
import java.util.function.Supplier;

/** Finds the policies behind events. For the thread that reads them. */
public final class Attributions {
  private static final int POLICY_DENIED = 133;
  private static final int DENY_RULE = 181;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;

  private final Supplier<RuleBook> rules;
  private final PeerBook peers;
  private final NeedBook needs;

  /**
   * @param rules what cookies mean, as of now
   */
  public Attributions(Supplier<RuleBook> rules, PeerBook peers, NeedBook needs) {
    this.rules = rules;
    this.peers = peers;
    this.needs = needs;
  }

  /** Without any policy: no number means anything. */
  public static Attributions none() {
    return new Attributions(RuleBook::new, new PeerBook(), new NeedBook());
  }

  /** The policies behind one event. */
  Attribution of(KernelEvent event) {
    boolean passed = event.reason() == 0;
    boolean other =
        passed
            && (event.cookie() == 0 && event.otherCookie() != 0
                || isDenial(event.otherCookie()) && !isDenial(event.cookie()));
    int cookie = other ? event.otherCookie() : event.cookie();
    Direction direction = other ? opposite(asked(event)) : asked(event);
    RuleBook book = rules.get();
    RuleBook.Reason reason = book.find(cookie).orElse(RuleBook.Reason.NONE);
    // What passes though its policies say no passes under audit: the pod's or the policies' own.
    boolean audited = passed && reason.verdict() != Verdict.ALLOW;
    boolean denied = event.reason() == POLICY_DENIED || event.reason() == DENY_RULE;
    List<String> names = reason.origins().isEmpty() ? reason.enforcedBy() : reason.origins();
    boolean byDefault = reason.origins().isEmpty() && (audited || event.reason() == POLICY_DENIED);
    return new Attribution(
        direction,
        audited,
        passed && !audited ? names : List.of(),
        denied || audited ? names : List.of(),
        book.match(cookie),
        byDefault && cookie != 0 ? needed(event, direction, reason) : "");
  }

  /** A reply is judged by the policy of the direction in which its connection was opened. */
  private static Direction asked(KernelEvent event) {
    return event.reply() ? opposite(event.direction()) : event.direction();
  }

  private String needed(KernelEvent event, Direction direction, RuleBook.Reason reason) {
    boolean openerIsSource = !event.reply();
    boolean subjectIsSource = (direction == Direction.EGRESS) == openerIsSource;
    int subject = subjectIsSource ? event.sourceIdentity() : event.destinationIdentity();
    int peer = subjectIsSource ? event.destinationIdentity() : event.sourceIdentity();
    boolean icmp = event.protocol() == ICMP || event.protocol() == ICMP6;
    int port = openerIsSource ? event.destinationPort() : event.sourcePort();
    return needs.needed(
        new NeedBook.Question(
            subject,
            direction,
            peer,
            event.protocol(),
            icmp ? event.icmpType() : port,
            reason.verdict() == Verdict.AUDIT),
        RuleWords.labels(peers.labels(peer)));
  }

  /** Whether the policies behind a cookie would not let traffic pass. */
  private boolean isDenial(int cookie) {
    return cookie != 0
        && rules.get().find(cookie).orElse(RuleBook.Reason.NONE).verdict() != Verdict.ALLOW;
  }

  private static Direction opposite(Direction direction) {
    return direction == Direction.INGRESS ? Direction.EGRESS : Direction.INGRESS;
  }
}
