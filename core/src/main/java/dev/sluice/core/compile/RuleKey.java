package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import java.util.Comparator;

/**
 * A selector-level rule without its origins: what takes part in a verdict and in hashes. The order
 * is the canonical one of topic desired.
 */
record RuleKey(
    String selector,
    int protocol,
    int portFirst,
    int portLast,
    String portName,
    DesiredRecord.RuleVerdict verdict,
    int precedence,
    boolean audited,
    String redirect)
    implements Comparable<RuleKey> {
  private static final Comparator<RuleKey> WITHIN_SELECTOR =
      Comparator.comparingInt(RuleKey::protocol)
          .thenComparingInt(RuleKey::portFirst)
          .thenComparingInt(RuleKey::portLast)
          .thenComparing(RuleKey::portName)
          .thenComparing(RuleKey::verdict)
          .thenComparingInt(RuleKey::precedence)
          .thenComparing(RuleKey::audited)
          .thenComparing(RuleKey::redirect);

  @Override
  public int compareTo(RuleKey other) {
    int bySelector = selector.compareTo(other.selector);
    return bySelector != 0 ? bySelector : WITHIN_SELECTOR.compare(this, other);
  }
}
