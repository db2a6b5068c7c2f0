package dev.sluice.core.proof;

import static dev.sluice.core.proof.Choices.words;

import java.util.List;

/** The few words of which worlds and policies are made, so that everything meets. */
final class Words {
  static final List<String> NAMESPACES = words("shop bank ops");
  static final List<String> APPS = words("web api db");
  static final List<String> ROLES = words("front back");
  static final List<String> TEAMS = words("a b");
  static final List<String> ACCOUNTS = words("default robot");
  static final List<String> PORT_NAMES = words("http sql dns");
  static final List<String> GROUPS = words("office cloud");
  static final List<String> SERVICES = words("api db far");

  /** Outside the cluster, in and out of the prefixes below. */
  static final List<String> STRANGERS =
      words(
          "203.0.113.1 203.0.113.2 203.0.113.5 203.0.113.77 198.51.100.9 8.8.8.8 10.0.77.7"
              + " 2001:db8::1 2001:db8:1::1 2001:db9::1");

  /** Of nodes: their own, and the gateways of their pods. */
  static final List<String> NODES = words("172.31.0.1 172.31.0.2 10.0.1.1 10.0.2.1 fd00:31::2");

  /** Of a node's pods' prefix, and no pod's. */
  static final List<String> UNUSED = words("10.0.1.250 fd00:10:0:2::99");

  static final List<String> PREFIXES4 =
      words(
          "203.0.113.0/24 203.0.113.0/30 203.0.113.1/32 203.0.113.4/30 198.51.100.0/24 0.0.0.0/0"
              + " 10.0.0.0/8 10.0.1.0/24 10.0.1.10/32 172.31.0.0/16 10.0.77.0/24");
  static final List<String> PREFIXES6 =
      words("2001:db8::/32 2001:db8::/64 2001:db8::1/128 ::/0 fd00::/8 fd00:10:0:1::/64");

  static final List<String> NAMES = words("api.stripe.com stripe.com a.b.stripe.com db.bank.org");

  /** Names that DNS has answers for. */
  static final List<String> ANSWERED =
      words("api.stripe.com stripe.com a.b.stripe.com db.bank.org dc.bank.org bank.org nobody.net");

  static final List<String> PATTERNS =
      words("*.stripe.com *stripe.com **.stripe.com * d*.bank.org");

  /** Ports that rules name. */
  static final List<Integer> PORTS = List.of(80, 443, 53, 5432, 8080);

  /** Where packets go: the ports that rules name, and those beside them. */
  static final List<Integer> PACKET_PORTS =
      List.of(80, 443, 53, 5432, 8080, 79, 81, 82, 83, 444, 8079, 8081, 8100, 8101, 1, 65535);

  /** Types that rules name: questions, answers, errors, and what nobody answers. */
  static final List<Integer> ICMP_TYPES = List.of(8, 0, 13, 14, 40, 42, 3, 200);

  static final List<Integer> ICMPV6_TYPES = List.of(128, 129, 144, 145, 2, 130, 134, 200);

  static final List<String> ICMP_NAMES =
      words("EchoRequest EchoReply Timestamp TimestampReply Photuris TimeExceeded");
  static final List<String> ICMPV6_NAMES =
      words("EchoRequest EchoReply HomeAgentAddressDiscoveryRequest MobilePrefixAdvertisement");

  private Words() {}
}
