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
}
