package dev.sluice.core.dns;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Names that pods under a policy of names looked up without passing the proxy, so that nothing was
 * learned: questions in, findings out. Not thread safe.
 */
public final class LookupsPastProxy {
  public static final String CODE = "name-past-proxy";

  private final SeenFindings findings;

  /**
   * @param quietMillis what did not happen again for so long is over
   */
  public LookupsPastProxy(long quietMillis) {
    this.findings = new SeenFindings(CODE, quietMillis);
  }

  /**
   * A pod asked a server for a name, and no proxy saw it.
   *
   * @param policies of the pod, that select the name
   */
  public void asked(long timeMillis, SeenUse question, Set<ObjectKey> policies) {
    String text =
        ("%s asked %s for %s past the DNS proxy, and nothing was learned: give the rule that"
                + " allows port 53 there \"rules: {dns: [{matchName: %3$s}]}\"")
            .formatted(question.pod(), question.address(), question.name());
    policies.forEach(policy -> findings.seen(policy, question, timeMillis, text));
  }

  /** The same name of the same pod passed a proxy. */
  public void proxied(String pod, String name) {
    findings.forget(about -> about.pod().equals(pod) && about.name().equals(name));
  }

  /**
   * Policies are others.
   *
   * @param policies those against which such a question would still speak
   */
  public void recheck(Function<SeenUse, Set<ObjectKey>> policies) {
    findings.recheck(policies);
  }

  public void passed(long nowMillis) {
    findings.passed(nowMillis);
  }

  /** Whether there is anything to be checked again. */
  public boolean isQuiet() {
    return findings.isEmpty();
  }

  /** What became of the findings since the last call. */
  public List<Change<NameFinding>> drain() {
    return findings.drain();
  }
}
