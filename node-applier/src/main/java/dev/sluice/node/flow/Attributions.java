package dev.sluice.node.flow;

import dev.sluice.core.desired.IcmpType;
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

  /** Nothing for an error of ICMP: it needs the connection that it is about, which is not told. */
  private String needed(KernelEvent event, Direction direction, RuleBook.Reason reason) {
    if (IcmpType.isError(event.protocol(), event.icmpType())) {
      return "";
    }
    boolean openerIsSource = !event.reply();
    boolean subjectIsSource = (direction == Direction.EGRESS) == openerIsSource;
    int subject = subjectIsSource ? event.sourceIdentity() : event.destinationIdentity();
    int peer = subjectIsSource ? event.destinationIdentity() : event.sourceIdentity();
    return needs.needed(
        new NeedBook.Question(
            subject,
            direction,
            peer,
            event.protocol(),
            askedPort(event),
            reason.verdict() == Verdict.AUDIT),
        RuleWords.labels(peers.labels(peer)));
  }

  /**
   * The port that policies were asked about; of ICMP the type. An answer belongs to its question's
   * connection: a rule must allow the question. One that nobody asked for stands for itself.
   */
  private static int askedPort(KernelEvent event) {
    if (IcmpType.isProtocol(event.protocol())) {
      return event.reply() ? IcmpType.asked(event.protocol(), event.icmpType()) : event.icmpType();
    }
    return event.reply() ? event.sourcePort() : event.destinationPort();
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
