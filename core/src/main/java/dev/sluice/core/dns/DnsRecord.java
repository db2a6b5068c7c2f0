package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.List;

/** One record of an answer section. Names are as {@link DnsName} writes them. */
public sealed interface DnsRecord {
  String name();

  int type();

  /** Seconds; a value with the highest bit set counts as 0 (RFC 2181, 8). */
  long ttlSeconds();

  /** A or AAAA. */
  record Address(String name, int type, long ttlSeconds, IpAddress address) implements DnsRecord {}

  /** CNAME. */
  record Alias(String name, String target, long ttlSeconds) implements DnsRecord {
    @Override
    public int type() {
      return DnsType.CNAME;
    }
  }

  /**
   * SVCB or HTTPS (RFC 9460).
   *
   * @param priority 0: an alias
   * @param target {@code "."}: the owner itself
   * @param hints addresses that the record itself gives
   */
  record Binding(
      String name, int type, long ttlSeconds, int priority, String target, List<IpAddress> hints)
      implements DnsRecord {}

  /** Anything else; teaches nothing. */
  record Other(String name, int type, long ttlSeconds) implements DnsRecord {}
}
