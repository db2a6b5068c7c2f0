package dev.sluice.core.dns;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.net.IpAddress;
import java.util.List;

/** One value of topic fqdns. */
public sealed interface FqdnRecord {
  /** The record's key. */
  String key();

  /** What a key is of. */
  static Class<? extends FqdnRecord> kind(String key) {
    return key.startsWith("set/") ? NumberedSet.class : LearnedAddress.class;
  }

  /** Whether an identity is one of names. */
  static boolean isFqdn(int identity) {
    return IdentityScope.NAMES.has(identity);
  }

  /** The number of a set of selectors. */
  record NumberedSet(int number, SelectorSet set) implements FqdnRecord {
    @Override
    public String key() {
      return "set/" + number;
    }
  }

  /**
   * An address that some name has.
   *
   * @param identity of its set of selectors; 0 while no policy selects any of its names
   * @param usedUntilMillis a connection was seen to it, and keeps it until then; 0: none was
   * @param names sorted by name; not empty
   */
  record LearnedAddress(IpAddress address, int identity, long usedUntilMillis, List<NameUse> names)
      implements FqdnRecord {
    @Override
    public String key() {
      return "address/" + address;
    }
  }

  /**
   * Why an address is known under a name.
   *
   * @param untilMillis until when the last answer holds, the floor applied; ms since 1970
   * @param learnedMillis time of the last answer
   * @param ttlSeconds as it was answered
   * @param endpoint the pod that asked last, {@code namespace/name}
   * @param endpointAddress its address
   * @param resolver who answered
   * @param node where
   */
  record NameUse(
      String name,
      long untilMillis,
      long learnedMillis,
      long ttlSeconds,
      String endpoint,
      String endpointAddress,
      String resolver,
      String node) {}
}
