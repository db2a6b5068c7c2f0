package dev.sluice.flows.hubble;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.Verdict;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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

  private static final int LARGEST_PORT = 65_535;
  private static final List<String> PROTOCOLS =
      List.of("tcp", "udp", "sctp", "icmp", "icmpv4", "icmpv6", "dns");
  private static final List<String> VERDICTS =
      List.of("FORWARDED", "DROPPED", "AUDIT", "REDIRECTED", "ERROR");
  private static final List<String> TYPES = List.of("drop", "policy-verdict", "trace", "l7");
  private static final List<String> MATCHES =
      IntStream.rangeClosed(0, 6).mapToObj(FlowText::policyMatch).toList();

  private FlowFilter() {}

  /**
   * A value as it stands in {@code known}, whatever its case.
   *
   * @param flag what stands before it, for the sentence
   */
  private static String oneOf(String flag, String value, Collection<String> known) {
    return known.stream()
        .filter(value::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    flag + value + " is not known; use one of " + String.join(", ", known)));
  }

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
    if (port < 0 || port > LARGEST_PORT) {
      throw new IllegalArgumentException("port " + port + " is none: write 0 to " + LARGEST_PORT);
    }
    return side.test(
        (peer, flow) -> flow.getSourcePort() == port,
        (peer, flow) -> flow.getDestinationPort() == port);
  }

  /** A DNS name, in any case, in which {@code *} stands for any letters, digits, - and dots. */
  public static Predicate<Flow> fqdn(Side side, String pattern) {
    String name = pattern.strip().toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a name to filter by is empty: write one, or *.example");
    }
    Pattern regex = Pattern.compile(Pattern.quote(name).replace("*", "\\E[-.0-9a-z_]*\\Q"));
    return side.peer(
        peer -> peer.getNames().stream().anyMatch(each -> regex.matcher(each).matches()));
  }

  /** tcp, udp, sctp, icmp, icmpv4, icmpv6 or dns, in any case. */
  public static Predicate<Flow> protocol(String name) {
    return switch (oneOf("--protocol ", name, PROTOCOLS)) {
      case "tcp" -> flow -> flow.getProtocol() == 6;
      case "udp" -> flow -> flow.getProtocol() == 17;
      case "sctp" -> flow -> flow.getProtocol() == 132;
      case "icmpv4" -> flow -> flow.getProtocol() == 1;
      case "icmpv6" -> flow -> flow.getProtocol() == 58;
      case "dns" -> flow -> flow.getL7() != null && L7Summary.isDns(flow.getL7());
      default -> flow -> flow.getProtocol() == 1 || flow.getProtocol() == 58;
    };
  }

  /** FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR in any case. */
  public static Predicate<Flow> verdict(String name) {
    Verdict wanted = Verdict.valueOf(oneOf("--verdict ", name, VERDICTS));
    return flow -> flow.getVerdict() == wanted;
  }

  /**
   * drop, policy-verdict, trace, l7; after a colon a drop's reason by number, by hubble's name or
   * in words, how a policy matched, or where a packet was seen.
   */
  public static Predicate<Flow> type(String text) {
    int colon = text.indexOf(':');
    String type = oneOf("--type ", colon < 0 ? text : text.substring(0, colon), TYPES);
    String subtype = colon < 0 ? null : text.substring(colon + 1);
    return switch (type) {
      case "drop" -> whose(1).and(subtype == null ? flow -> true : reason("--type drop:", subtype));
      case "policy-verdict" ->
          subtype == null
              ? whose(5).or(FlowFilter::isPolicyDrop)
              : whose(5).and(match(oneOf("--type policy-verdict:", subtype, MATCHES)));
      case "trace" -> {
        if (subtype != null) {
          oneOf("--type trace:", subtype, List.of("to-endpoint"));
        }
        yield whose(4);
      }
      default -> {
        if (subtype != null) {
          throw new IllegalArgumentException(
              "--type " + text + " is not known: l7 has no subtypes; --protocol says which");
        }
        yield whose(129);
      }
    };
  }

  private static Predicate<Flow> whose(int eventType) {
    return flow -> FlowText.eventType(flow) == eventType;
  }

  private static boolean isPolicyDrop(Flow flow) {
    return flow.getDropReason() == FlowText.POLICY_DENIED
        || flow.getDropReason() == FlowText.POLICY_DENY;
  }

  private static Predicate<Flow> match(String name) {
    return flow -> FlowText.policyMatch(flow.getPolicyMatch()).equals(name);
  }

  /** Name of hubble's DropReason, in any case. */
  public static Predicate<Flow> dropReason(String name) {
    return reason("--drop-reason-desc ", name);
  }

  /** A drop's reason by number or name. */
  private static Predicate<Flow> reason(String flag, String text) {
    String wanted =
        FlowText.dropReason(text)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        flag
                            + text
                            + " is not known; use one of "
                            + String.join(", ", FlowText.dropReasonNames())));
    return flow ->
        flow.getDropReason() != 0 && FlowText.dropReasonName(flow.getDropReason()).equals(wanted);
  }

  public static Predicate<Flow> node(String name) {
    return flow -> flow.getNode().equals(name) || name.endsWith("/" + flow.getNode());
  }

  public static Predicate<Flow> ipVersion(int version) {
    return flow -> flow.getIpVersion() == version;
  }

  /** ingress or egress. */
  public static Predicate<Flow> direction(String name) {
    String wanted = oneOf("--traffic-direction ", name, List.of("ingress", "egress"));
    return flow -> FlowText.lower(flow.getDirection()).equals(wanted);
  }

  public static Predicate<Flow> uuid(String uuid) {
    return flow -> flow.getUuid().equals(uuid);
  }

  /** Comma list of flag names; all of them must be set. */
  public static Predicate<Flow> tcpFlags(String names) {
    List<String> wanted =
        Arrays.stream(names.split(","))
            .map(name -> oneOf("--tcp-flags ", name.strip(), FlowText.TCP_FLAGS))
            .toList();
    return flow ->
        flow.getProtocol() == 6 && FlowText.tcpFlags(flow.getTcpFlags()).containsAll(wanted);
  }
}
