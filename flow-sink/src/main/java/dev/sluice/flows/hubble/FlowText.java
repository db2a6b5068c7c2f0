package dev.sluice.flows.hubble;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The words of one flow: its type, verdict, peers and summary. Stateless. */
public final class FlowText {
  /** Cilium's drop code for default deny. */
  public static final int POLICY_DENIED = 133;

  /** Cilium's drop code for a deny rule. */
  public static final int POLICY_DENY = 181;

  /** Names of the bits, the lowest first. */
  static final List<String> TCP_FLAGS =
      List.of("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS");

  private static final SortedMap<Integer, String> DROP_REASONS = readDropReasons();

  private FlowText() {}

  /** Cilium's number of the event: 1 drop, 4 trace, 5 policy verdict, 129 L7. */
  static int eventType(Flow flow) {
    return switch (flow.getKind()) {
      case DROP -> 1;
      case START -> 5;
      case L7 -> 129;
      case END, TRACE, UNKNOWN -> 4;
    };
  }

  /** {@code policy-verdict:L3-L4 INGRESS}, {@code Policy denied}, {@code to-endpoint}, … */
  static String type(Flow flow) {
    return switch (flow.getKind()) {
      case DROP -> flow.getDropReasonText();
      case START ->
          "policy-verdict:" + policyMatch(flow.getPolicyMatch()) + " " + flow.getDirection();
      case L7 -> flow.getL7() == null ? "l7" : L7Summary.type(flow.getL7());
      case END, TRACE, UNKNOWN -> "to-endpoint";
    };
  }

  /**
   * Hubble's printed verdict: ALLOWED for a policy verdict that forwards, else the verdict's name.
   */
  static String verdict(Flow flow) {
    if (flow.getKind() != FlowKind.START) {
      return flow.getVerdict().name();
    }
    return switch (flow.getVerdict()) {
      case FORWARDED, REDIRECTED -> "ALLOWED";
      case DROPPED -> "DENIED";
      case AUDIT -> "AUDITED";
      case ERROR, UNKNOWN -> flow.getVerdict().name();
    };
  }

  /** Name of the match type in Cilium's monitor. */
  public static String policyMatch(int match) {
    return switch (match) {
      case 1 -> "L3-Only";
      case 2 -> "L3-L4";
      case 3 -> "L4-Only";
      case 4 -> "all";
      case 5 -> "L3-Proto";
      case 6 -> "Proto-Only";
      default -> "none";
    };
  }

  /** TCP, UDP, SCTP, ICMPv4, ICMPv6, or the protocol's number. */
  public static String protocol(int protocol) {
    return switch (protocol) {
      case 1 -> "ICMPv4";
      case 6 -> "TCP";
      case 17 -> "UDP";
      case 58 -> "ICMPv6";
      case 132 -> "SCTP";
      default -> Integer.toString(protocol);
    };
  }

  /** Hubble's enum name of a drop code; DROP_REASON_UNKNOWN when it has none. */
  public static String dropReasonName(int code) {
    return DROP_REASONS.getOrDefault(code, "DROP_REASON_UNKNOWN");
  }

  /** Hubble's names of drop codes, in the codes' order. */
  static Collection<String> dropReasonNames() {
    return DROP_REASONS.values();
  }

  /** The name of the drop code that has this number or, in any case and with blanks, this name. */
  static Optional<String> dropReason(String text) {
    String name = text.strip().replace(' ', '_');
    return DROP_REASONS.entrySet().stream()
        .filter(
            reason ->
                reason.getValue().equalsIgnoreCase(name)
                    || Integer.toString(reason.getKey()).equals(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  static List<String> tcpFlags(int flags) {
    List<String> set = new ArrayList<>();
    for (int bit = 0; bit < TCP_FLAGS.size(); bit++) {
      if ((flags & 1 << bit) != 0) {
        set.add(TCP_FLAGS.get(bit));
      }
    }
    return set;
  }

  /**
   * {@code TCP Flags: SYN}, {@code UDP}, {@code ICMPv4 EchoRequest}; with a count when the record
   * sums packets. An end that no packet made says so: what was forwarded was so before.
   */
  static String summary(Flow flow) {
    if (flow.getL7() != null) {
      return L7Summary.text(flow.getL7());
    }
    boolean expired =
        flow.getKind() == FlowKind.END && (flow.getProtocol() != 6 || flow.getTcpFlags() == 0);
    String base =
        switch (flow.getProtocol()) {
          case 6 ->
              flow.getTcpFlags() == 0 // no packet: it ended by its age, or was refused at connect
                  ? "TCP"
                  : "TCP Flags: " + String.join(", ", tcpFlags(flow.getTcpFlags()));
          case 17 -> "UDP";
          case 132 -> "SCTP";
          case 1 -> "ICMPv4 " + icmp(flow, 8, 0);
          case 58 -> "ICMPv6 " + icmp(flow, 128, 129);
          default -> "Protocol " + flow.getProtocol();
        };
    if (expired) {
      return base + "; expired, " + flow.getPackets() + " packets before";
    }
    return flow.getCount() > 1 ? base + "; " + flow.getCount() + " packets" : base;
  }

  private static String icmp(Flow flow, int request, int reply) {
    int type = flow.getIcmpType();
    return type == request
        ? "EchoRequest"
        : type == reply ? "EchoReply" : "type " + type + " code " + flow.getIcmpCode();
  }

  /** {@code shop/frontend-0:41000 (ID:31028)}, {@code 203.0.113.9:443 (world)}. */
  static String peer(FlowPeer peer, String ip, int port, boolean numeric) {
    String host =
        peer.getPod().isEmpty() || numeric
            ? bracket(ip, port)
            : peer.getNamespace() + "/" + peer.getPod();
    return (port == 0 ? host : host + ":" + port) + " (" + identity(peer.getIdentity()) + ")";
  }

  private static String bracket(String ip, int port) {
    return port != 0 && ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
  }

  /** {@code world} for reserved identities, {@code ID:31028} for the others. */
  public static String identity(int number) {
    return ReservedIdentity.of(number).map(ReservedIdentity::text).orElse("ID:" + number);
  }

  /** Names of the policies that decided, {@code name (Kind)} each, sorted. */
  static String policyNames(Flow flow) {
    boolean denied = flow.getVerdict() == Verdict.DROPPED || flow.getVerdict() == Verdict.AUDIT;
    List<String> by = denied ? flow.getDeniedBy() : flow.getAllowedBy();
    return by.stream()
        .map(PolicyRef::parse)
        .map(ref -> ref.name() + " (" + ref.kind() + ")")
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static SortedMap<Integer, String> readDropReasons() {
    Properties properties = new Properties();
    try (InputStream in = FlowText.class.getResourceAsStream("drop-reasons.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SortedMap<Integer, String> reasons = new TreeMap<>();
    properties.forEach((code, name) -> reasons.put(Integer.valueOf("" + code), "" + name));
    return Collections.unmodifiableSortedMap(reasons);
  }

  /** {@code INGRESS} → {@code ingress}. */
  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
