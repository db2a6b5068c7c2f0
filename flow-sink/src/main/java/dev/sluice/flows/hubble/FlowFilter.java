package dev.sluice.flows.hubble;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowPeer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Builds predicates with hubble's filter semantics: values of one flag are ORed, flags are ANDed, a
 * flag without from/to matches either side. Stateless.
 */
public final class FlowFilter {
  /** Which end of the flow a filter looks at. */
  public enum Side {
    FROM,
    TO,
    EITHER;

    Predicate<Flow> test(BiPredicate<FlowPeer, Flow> from, BiPredicate<FlowPeer, Flow> to) {
      Predicate<Flow> source = flow -> from.test(flow.getSource(), flow);
      Predicate<Flow> destination = flow -> to.test(flow.getDestination(), flow);
      return switch (this) {
        case FROM -> source;
        case TO -> destination;
        case EITHER -> source.or(destination);
      };
    }

    Predicate<Flow> peer(Predicate<FlowPeer> test) {
      return test((peer, flow) -> test.test(peer), (peer, flow) -> test.test(peer));
    }
  }

  private FlowFilter() {}

  /** All of {@code tests}; everything when there is none. */
  public static Predicate<Flow> all(List<Predicate<Flow>> tests) {
    return tests.stream().reduce(flow -> true, Predicate::and);
  }

  /** Any of {@code tests}. */
  public static Predicate<Flow> any(List<Predicate<Flow>> tests) {
    return tests.stream().reduce(flow -> false, Predicate::or);
  }

  public static Predicate<Flow> namespace(Side side, String namespace) {
    return side.peer(peer -> peer.getNamespace().equals(namespace));
  }

  /** {@code ns/prefix}, {@code ns/}, or {@code prefix} in namespace default, as hubble reads it. */
  public static Predicate<Flow> pod(Side side, String text) {
    int slash = text.indexOf('/');
    String namespace = slash < 0 ? "default" : text.substring(0, slash);
    String prefix = slash < 0 ? text : text.substring(slash + 1);
    return side.peer(
        peer ->
            !peer.getPod().isEmpty()
                && (namespace.isEmpty() || peer.getNamespace().equals(namespace))
                && peer.getPod().startsWith(prefix));
  }

  /**
   * {@code ns/prefix}, or {@code prefix} in namespace default, of the Service that was dialled: it
   * is the destination's.
   */
  public static Predicate<Flow> service(Side side, String text) {
    String wanted = text.indexOf('/') < 0 ? "default/" + text : text;
    return side == Side.FROM
        ? flow -> false
        : flow -> !flow.getService().isEmpty() && flow.getService().startsWith(wanted);
  }

  /** {@code ns/name}, {@code name}, or {@code kind/…} is not read here; the name is exact. */
  public static Predicate<Flow> workload(Side side, String text) {
    int slash = text.indexOf('/');
    String namespace = slash < 0 ? "" : text.substring(0, slash);
    String name = slash < 0 ? text : text.substring(slash + 1);
    return side.peer(
        peer ->
            peer.getWorkload().equals(name)
                && (namespace.isEmpty() || peer.getNamespace().equals(namespace)));
  }

  /**
   * A Kubernetes selector over the peer's labels: {@code app=backend,tier!=x}, {@code app in
   * (a,b)}, {@code !app}.
   */
  public static Predicate<Flow> label(Side side, String selector) {
    LabelQuery query = LabelQuery.parse(selector);
    return side.peer(peer -> query.matches(peer.getLabels()));
  }

  /** A number, or a reserved identity's name. */
  public static Predicate<Flow> identity(Side side, String text) {
    int number =
        Arrays.stream(ReservedIdentity.values())
            .filter(reserved -> reserved.text().equals(text))
            .findFirst()
            .map(ReservedIdentity::number)
            .orElseGet(
                () -> number(text, "identity %s is neither a number nor a reserved one's name"));
    return side.peer(peer -> peer.getIdentity() == number);
  }

  private static int number(String text, String otherwise) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(otherwise.formatted(text), e);
    }
  }

  /** An address or a prefix. */
  public static Predicate<Flow> ip(Side side, String text) {
    Prefix prefix = Prefix.parse(text);
    return side.test(
        (peer, flow) -> prefix.contains(IpAddress.parse(flow.getSourceIp())),
        (peer, flow) -> prefix.contains(IpAddress.parse(flow.getDestinationIp())));
  }

  public static Predicate<Flow> port(Side side, String text) {
    int port = number(text, "port %s is no number");
    return side.test(
        (peer, flow) -> flow.getSourcePort() == port,
        (peer, flow) -> flow.getDestinationPort() == port);
  }

  /** DNS name with {@code *}. */
  public static Predicate<Flow> fqdn(Side side, String pattern) {
    java.util.regex.Pattern regex =
        java.util.regex.Pattern.compile(
            java.util.regex.Pattern.quote(pattern).replace("*", "\\E.*\\Q"));
    return side.peer(
        peer -> peer.getNames().stream().anyMatch(name -> regex.matcher(name).matches()));
  }

  /** tcp, udp, sctp, icmp, icmpv4, icmpv6, or l4 names in any case. */
  public static Predicate<Flow> protocol(String name) {
    return switch (name.toLowerCase(java.util.Locale.ROOT)) {
      case "tcp" -> flow -> flow.getProtocol() == 6;
      case "udp" -> flow -> flow.getProtocol() == 17;
      case "sctp" -> flow -> flow.getProtocol() == 132;
      case "icmp" -> flow -> flow.getProtocol() == 1 || flow.getProtocol() == 58;
      case "icmpv4" -> flow -> flow.getProtocol() == 1;
      case "icmpv6" -> flow -> flow.getProtocol() == 58;
      default ->
          throw new IllegalArgumentException(
              "--protocol " + name + " is not known; use tcp, udp, sctp, icmp, icmpv4 or icmpv6");
    };
  }

  /** FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR in any case. */
  public static Predicate<Flow> verdict(String name) {
    String wanted = name.toUpperCase(java.util.Locale.ROOT);
    List<String> known = List.of("FORWARDED", "DROPPED", "AUDIT", "REDIRECTED", "ERROR");
    if (!known.contains(wanted)) {
      throw new IllegalArgumentException(
          "--verdict " + name + " is not known; use one of " + String.join(", ", known));
    }
    return flow -> flow.getVerdict().name().equals(wanted);
  }

  /**
   * drop, policy-verdict, trace, l7; a subtype after a colon is the drop reason's number or the
   * observation point.
   */
  public static Predicate<Flow> type(String text) {
    int colon = text.indexOf(':');
    String type = colon < 0 ? text : text.substring(0, colon);
    Predicate<Flow> subtype =
        colon < 0
            ? flow -> true
            : flow ->
                Integer.toString(flow.getDropReason()).equals(text.substring(colon + 1))
                    || FlowText.type(flow).equals(text.substring(colon + 1));
    Predicate<Flow> main =
        switch (type) {
          case "drop" -> flow -> FlowText.eventType(flow) == 1;
          case "policy-verdict" ->
              flow ->
                  FlowText.eventType(flow) == 5
                      || flow.getDropReason() == FlowText.POLICY_DENIED
                      || flow.getDropReason() == FlowText.POLICY_DENY;
          case "trace" -> flow -> FlowText.eventType(flow) == 4;
          case "l7" -> flow -> FlowText.eventType(flow) == 129;
          default ->
              throw new IllegalArgumentException(
                  "--type " + text + " is not known; use drop, policy-verdict, trace or l7");
        };
    return main.and(subtype);
  }

  /** Name of hubble's DropReason, in any case. */
  public static Predicate<Flow> dropReason(String name) {
    return flow ->
        flow.getDropReason() != 0
            && FlowText.dropReasonName(flow.getDropReason()).equalsIgnoreCase(name);
  }

  public static Predicate<Flow> node(String name) {
    return flow -> flow.getNode().equals(name) || name.endsWith("/" + flow.getNode());
  }

  public static Predicate<Flow> ipVersion(int version) {
    return flow -> flow.getIpVersion() == version;
  }

  /** ingress or egress. */
  public static Predicate<Flow> direction(String name) {
    return flow -> flow.getDirection().name().equalsIgnoreCase(name);
  }

  public static Predicate<Flow> uuid(String uuid) {
    return flow -> flow.getUuid().equals(uuid);
  }

  /** Comma list of flag names; all of them must be set. */
  public static Predicate<Flow> tcpFlags(String names) {
    List<String> wanted = List.of(names.toUpperCase(java.util.Locale.ROOT).split(","));
    return flow ->
        flow.getProtocol() == 6 && FlowText.tcpFlags(flow.getTcpFlags()).containsAll(wanted);
  }
}
