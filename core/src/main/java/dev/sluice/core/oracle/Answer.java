package dev.sluice.core.oracle;

import java.util.Comparator;
import java.util.List;

/**
 * The verdict on a flow: what the source's egress says and what the destination's ingress says.
 * Both must let it pass.
 */
public record Answer(Side egress, Side ingress) {
  /** What becomes of the flow. */
  public enum Verdict {
    ALLOW,
    /** Passes if what it says is allowed; the flow did not tell. */
    REDIRECT,
    /** Passes; without audit it would have been dropped. */
    AUDIT,
    DENY
  }

  /** What brought a side's verdict about. */
  public enum Why {
    /** There is no endpoint on this side, or no policy has a say. */
    NOT_ENFORCED,
    /** A node may always reach its own pods. */
    OWN_NODE,
    /** Rules decided. */
    RULE,
    /** Rules let the connection begin and none of them allows what it says. */
    REQUEST,
    /** Nothing allows it, and default deny is on. */
    DEFAULT_DENY
  }

  /** How close a rule came to allowing a flow that default deny dropped. */
  public enum Close {
    /** It speaks of this peer, on other ports. */
    PEER,
    /** It speaks of this port, with other peers. */
    PORT,
    /** It speaks of both, but nothing on the node can look into what is said. */
    MECHANISM
  }

  /**
   * A rule that nearly allowed the flow.
   *
   * @param rule {@code kind/namespace/name#path}
   */
  public record Near(String rule, Close close) {
    static final Comparator<Near> ORDER =
        Comparator.comparing(Near::rule).thenComparing(Near::close);
  }

  /**
   * One direction.
   *
   * @param rules {@code kind/namespace/name#path} of the rules that decided, sorted; the path is
   *     that of the port, of the peer where the rule names no port, of the rule where it names
   *     neither
   * @param enforcedBy DEFAULT_DENY only: the policies that switched it on, {@code
   *     kind/namespace/name}, sorted
   * @param audited AUDIT only: the policies, {@code kind/namespace/name}, that would have dropped
   *     it, sorted
   * @param needed DEFAULT_DENY only: the peer and port that a rule would have to allow, {@code from
   *     pod shop/web on 8080/TCP}; empty otherwise
   * @param near DEFAULT_DENY only: rules that came close, sorted
   */
  public record Side(
      Verdict verdict,
      Why why,
      List<String> rules,
      List<String> enforcedBy,
      List<String> audited,
      String needed,
      List<Near> near) {
    static final Side OPEN = of(Verdict.ALLOW, Why.NOT_ENFORCED, List.of());

    static Side of(Verdict verdict, Why why, List<String> rules) {
      return new Side(verdict, why, rules, List.of(), List.of(), "", List.of());
    }

    /** Whether packets of the flow pass. */
    public boolean passes() {
      return verdict != Verdict.DENY;
    }
  }

  /** The worse of the two. */
  public Verdict verdict() {
    return egress.verdict.compareTo(ingress.verdict) > 0 ? egress.verdict : ingress.verdict;
  }
}
