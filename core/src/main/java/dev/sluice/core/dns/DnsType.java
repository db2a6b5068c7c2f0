package dev.sluice.core.dns;

/** Numbers of the record types that are looked into, and names of those that people meet. */
public final class DnsType {
  public static final int A = 1;
  public static final int CNAME = 5;
  public static final int AAAA = 28;
  public static final int OPT = 41;
  public static final int SVCB = 64;
  public static final int HTTPS = 65;

  static final int IXFR = 251;
  static final int AXFR = 252;

  private DnsType() {}

  /** {@code A}, {@code HTTPS}, …; {@code TYPE257} for what has no name here. */
  public static String text(int type) {
    return switch (type) {
      case A -> "A";
      case 2 -> "NS";
      case CNAME -> "CNAME";
      case 6 -> "SOA";
      case 12 -> "PTR";
      case 15 -> "MX";
      case 16 -> "TXT";
      case AAAA -> "AAAA";
      case 33 -> "SRV";
      case 35 -> "NAPTR";
      case 39 -> "DNAME";
      case OPT -> "OPT";
      case 43 -> "DS";
      case 46 -> "RRSIG";
      case 47 -> "NSEC";
      case 48 -> "DNSKEY";
      case SVCB -> "SVCB";
      case HTTPS -> "HTTPS";
      case IXFR -> "IXFR";
      case AXFR -> "AXFR";
      case 255 -> "ANY";
      default -> "TYPE" + type;
    };
  }
}
