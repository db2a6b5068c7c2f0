package dev.sluice.core.dns;

/**
 * What is asked.
 *
 * @param name as {@link DnsName} writes it
 * @param type number of the record type
 * @param dnsClass 1: Internet
 */
public record DnsQuestion(String name, int type, int dnsClass) {
  public static final int INTERNET = 1;

  /**
   * Whether it asks for one name of the Internet. A transfer asks for a whole zone, in many
   * messages.
   */
  public boolean isOfName() {
    return dnsClass == INTERNET && type != DnsType.AXFR && type != DnsType.IXFR;
  }
}
