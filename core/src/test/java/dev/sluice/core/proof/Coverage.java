package dev.sluice.core.proof;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the generated policies and flows were made of: how often each field of the language was
 * there, each of its words, each verdict. Not thread safe.
 */
public final class Coverage {
  /** Fields whose values are words of the language. */
  private static final Set<String> WORDS =
      Set.of(
          "protocol",
          "operator",
          "action",
          "tier",
          "family",
          "policyTypes",
          "policyEnforcementMode",
          "fromEntities",
          "toEntities",
          "mismatch",
          "sluice.dev/policy-audit-mode");

  private static final double MOST = 1.7;
  private static final int START = 200;
  private static final double MOST_OPEN = 0.7;
  private static final double MOST_CLOSED = 0.8;
  private static final String OPEN = "ALLOW, nobody has a say";
  private static final String CLOSED = "DENY, no rule denies";

  private final List<Answer.Verdict> wanted;
  private final TreeMap<String, Integer> fields = new TreeMap<>();
  private final TreeMap<String, Integer> verdicts = new TreeMap<>();
  private final TreeMap<String, Integer> refused = new TreeMap<>();
  private long flows;

  private Coverage(List<Answer.Verdict> wanted) {
    this.wanted = wanted;
  }

  /** One that wants each of these verdicts in like numbers. */
  public static Coverage balanced(Answer.Verdict... wanted) {
    return new Coverage(List.of(wanted));
  }

  /** One that wants every flow. */
  public static Coverage ofEverything() {
    return new Coverage(List.of());
  }

  /** Counts a refusal by its sentence; whether the policy was accepted. */
  boolean accepts(ObjectKey key, ParsedPolicy parsed) {
    if (parsed instanceof ParsedPolicy.Refused(var findings)) {
      Finding first =
          findings.stream()
              .filter(one -> one.severity() == Finding.Severity.REFUSED)
              .findFirst()
              .orElseThrow();
      refused.merge(key.kind() + " " + first.message(), 1, Integer::sum);
      return false;
    }
    return true;
  }

  /** Counts the fields of an accepted policy, or of another object of the language. */
  void seen(String kind, Map<String, Object> body) {
    walk(kind, "", body, false);
  }

  private void walk(String kind, String parent, Object value, boolean free) {
    switch (value) {
      case null -> {}
      case Map<?, ?> map ->
          map.forEach(
              (key, child) -> {
                String name = key.toString();
                if (!free && !(parent.isEmpty() || parent.equals("metadata"))) {
                  count(kind, parent + "." + name);
                }
                boolean words = name.equals("labels") && parent.equals("metadata");
                walk(kind, name, child, words || name.equals("matchLabels"));
              });
      case List<?> list -> list.forEach(one -> walk(kind, parent, one, free));
      case String word when WORDS.contains(parent) -> count(kind, parent + "=" + word);
      default -> {}
    }
  }

  private void count(String kind, String what) {
    fields.merge(kind + " " + what, 1, Integer::sum);
  }

  /**
   * Whether a flow of this answer is still worth a try: no verdict may be had more than {@value
   * #MOST} times as often as the rarest; no more than most of what is allowed may be so because no
   * policy has a say, nor of what is denied without a rule.
   */
  public boolean wants(Answer answer) {
    if (wanted.isEmpty()) {
      return true;
    }
    int rarest = Integer.MAX_VALUE;
    for (Answer.Verdict verdict : wanted) {
      rarest = Math.min(rarest, count(verdict.name()));
    }
    String name = answer.verdict().name();
    return count(name) < MOST * rarest + START
        && (!isOpen(answer) || count(OPEN) <= MOST_OPEN * count(name))
        && (!isClosed(answer) || count(CLOSED) <= MOST_CLOSED * count(name) + START);
  }

  private int count(String verdict) {
    return verdicts.getOrDefault(verdict, 0);
  }

  private static boolean isOpen(Answer answer) {
    return answer.egress().why() == Answer.Why.NOT_ENFORCED
        && answer.ingress().why() == Answer.Why.NOT_ENFORCED;
  }

  private static boolean isClosed(Answer answer) {
    return answer.verdict() == Answer.Verdict.DENY
        && answer.egress().why() != Answer.Why.RULE
        && answer.ingress().why() != Answer.Why.RULE;
  }

  /** Counts a flow, and why each of its sides is as it is. */
  public void seen(Answer answer) {
    flows++;
    verdicts.merge(answer.verdict().name(), 1, Integer::sum);
    if (isOpen(answer)) {
      verdicts.merge(OPEN, 1, Integer::sum);
    }
    if (isClosed(answer)) {
      verdicts.merge(CLOSED, 1, Integer::sum);
    }
    for (Answer.Side side : List.of(answer.egress(), answer.ingress())) {
      verdicts.merge("a side: " + side.verdict() + " by " + side.why(), 1, Integer::sum);
    }
  }

  /** Flows judged so far. */
  public long flows() {
    return flows;
  }

  /** Fails unless each of the wanted verdicts has its share of the flows, in percent. */
  public void assertShares(double least) {
    for (Answer.Verdict verdict : wanted) {
      if (share(verdict) < least) {
        throw new AssertionError(verdict + " in only " + share(verdict) + " % of the flows");
      }
    }
  }

  /** Percent of the flows that had the verdict. */
  private double share(Answer.Verdict verdict) {
    return flows == 0 ? 0 : 100.0 * count(verdict.name()) / flows;
  }

  /** Names of fields, {@code Kind parent.field} or {@code Kind field=word}. */
  public Set<String> fields() {
    return new TreeSet<>(fields.keySet());
  }

  /** Refusals of generated policies, by their sentence. */
  public Map<String, Integer> refused() {
    return refused;
  }

  /** A table for people. */
  public String report() {
    StringBuilder text = new StringBuilder();
    fields.forEach((name, count) -> text.append("%8d  %s%n".formatted(count, name)));
    verdicts.forEach(
        (name, count) ->
            text.append("%8d  %5.1f %%  %s%n".formatted(count, 100.0 * count / flows, name)));
    refused.forEach((name, count) -> text.append("%8d  refused: %s%n".formatted(count, name)));
    return text.append("%8d  flows judged%n".formatted(flows)).toString();
  }
}
