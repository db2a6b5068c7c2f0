package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;

/** One record of topic dns.answers as the folds see it. */
public sealed interface DnsEvent {
  /** When it happened, ms since 1970: the only time a fold knows. */
  long timeMillis();

  /**
   * An answer to a question that was asked and allowed, by a trusted resolver.
   *
   * @param ttlSeconds by address
   * @param endpoint the pod that asked, {@code namespace/name}
   * @param resolver the server that it asked
   */
  record Answered(
      long timeMillis,
      String node,
      String name,
      Map<IpAddress, Long> ttlSeconds,
      String endpoint,
      String endpointAddress,
      String resolver)
      implements DnsEvent {
    /** The same as of another moment. */
    public Answered at(long otherMillis) {
      return new Answered(otherMillis, node, name, ttlSeconds, endpoint, endpointAddress, resolver);
    }
  }

  /** Connections to these addresses are open on a node. */
  record Used(long timeMillis, String node, List<IpAddress> addresses) implements DnsEvent {}

  /**
   * A node needs the number of a set of selectors, for an address that counts for one endpoint
   * alone and is told to nobody.
   */
  record Wanted(long timeMillis, String node, SelectorSet set) implements DnsEvent {}

  /** Nothing happened, and time went on. */
  record Passed(long timeMillis) implements DnsEvent {}
}
