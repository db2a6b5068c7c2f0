package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Applications that use an address after its name has lost it: ended addresses and dropped packets
 * in, findings out, which say by how much and which floor would have helped. Not thread safe.
 */
public final class StaleUses {
  public static final String CODE = "address-used-after-ttl";

  /** Ended addresses that are remembered; beyond, the first ended are forgotten. */
  private static final int REMEMBERED = 20_000;

  private final Map<IpAddress, Map<String, NameUse>> ended = new LinkedHashMap<>();
  private final SeenFindings findings;

  /**
   * @param quietMillis what did not happen again for so long is over
   */
  public StaleUses(long quietMillis) {
    this.findings = new SeenFindings(CODE, quietMillis);
  }

  /** An address has lost a name. */
  public void ended(IpAddress address, NameUse use) {
    ended.computeIfAbsent(address, a -> new TreeMap<>()).put(use.name(), use);
    if (ended.size() > REMEMBERED) {
      ended.remove(ended.keySet().iterator().next());
    }
  }

  /** An address has a name (again). */
  public void alive(IpAddress address, String name) {
    Map<String, NameUse> names = ended.get(address);
    if (names != null && names.remove(name) != null) {
      if (names.isEmpty()) {
        ended.remove(address);
      }
      findings.forget(about -> about.address().equals(address) && about.name().equals(name));
    }
  }

  /** Whether some name has lost the address. */
  public boolean isEnded(IpAddress address) {
    return ended.containsKey(address);
  }

  /**
   * A packet of a pod to this address was dropped for want of a rule.
   *
   * @param allowing the policies of the pod that would have let it pass while the address had the
   *     name
   */
  public void dropped(
      long timeMillis, String pod, IpAddress address, Function<String, Set<ObjectKey>> allowing) {
    ended
        .getOrDefault(address, Map.of())
        .forEach(
            (name, use) -> {
              for (ObjectKey policy : allowing.apply(name)) {
                findings.seen(
                    policy,
                    new SeenUse(pod, name, address),
                    timeMillis,
                    text(timeMillis, pod, address, use));
              }
            });
  }

  private static String text(long timeMillis, String pod, IpAddress address, NameUse use) {
    long age = seconds(timeMillis - use.learnedMillis());
    return "%s used %s of %s %d s after its TTL of %d s had run out, and was dropped: \"dns.ttl.floor: %ds\" would have kept the address; the application should ask again when a TTL has run out"
        .formatted(
            pod, address, use.name(), Math.max(0, age - use.ttlSeconds()), use.ttlSeconds(), age);
  }

  private static long seconds(long millis) {
    return Math.max(0, (millis + 999) / 1000);
  }

  /** Policies are others. */
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
