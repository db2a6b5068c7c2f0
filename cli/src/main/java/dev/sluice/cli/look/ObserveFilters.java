package dev.sluice.cli.look;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.flows.hubble.FlowFilter;
import dev.sluice.flows.hubble.FlowFilter.Side;
import dev.sluice.schemas.Flow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** hubble observe's filter flags; a mixin. Values of one flag are ORed, flags are ANDed. */
final class ObserveFilters {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "Either side's namespace.")
  private List<String> namespace = List.of();

  @Option(names = "--from-namespace", paramLabel = "NS", description = "The source's namespace.")
  private List<String> fromNamespace = List.of();

  @Option(names = "--to-namespace", paramLabel = "NS", description = "The destination's namespace.")
  private List<String> toNamespace = List.of();

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "All namespaces (the default).")
  private boolean allNamespaces;

  @Option(names = "--pod", paramLabel = "[NS/]POD", description = "Either side's pod, by prefix.")
  private List<String> pod = List.of();

  @Option(names = "--from-pod", paramLabel = "[NS/]POD", description = "The source pod, by prefix.")
  private List<String> fromPod = List.of();

  @Option(
      names = "--to-pod",
      paramLabel = "[NS/]POD",
      description = "The destination pod, by prefix.")
  private List<String> toPod = List.of();

  @Option(
      names = {"-l", "--label"},
      paramLabel = "SELECTOR",
      description = "Either side's labels.")
  private List<String> label = List.of();

  @Option(names = "--from-label", paramLabel = "SELECTOR", description = "The source's labels.")
  private List<String> fromLabel = List.of();

  @Option(names = "--to-label", paramLabel = "SELECTOR", description = "The destination's labels.")
  private List<String> toLabel = List.of();

  @Option(names = "--ip", paramLabel = "IP|CIDR", description = "Either side's address.")
  private List<String> ip = List.of();

  @Option(names = "--from-ip", paramLabel = "IP|CIDR", description = "The source's address.")
  private List<String> fromIp = List.of();

  @Option(names = "--to-ip", paramLabel = "IP|CIDR", description = "The destination's address.")
  private List<String> toIp = List.of();

  @Option(names = "--port", paramLabel = "PORT", description = "Either side's port.")
  private List<Integer> port = List.of();

  @Option(names = "--from-port", paramLabel = "PORT", description = "The source port.")
  private List<Integer> fromPort = List.of();

  @Option(names = "--to-port", paramLabel = "PORT", description = "The destination port.")
  private List<Integer> toPort = List.of();

  @Option(names = "--identity", paramLabel = "ID", description = "Either side's identity.")
  private List<String> identity = List.of();

  @Option(names = "--from-identity", paramLabel = "ID", description = "The source's identity.")
  private List<String> fromIdentity = List.of();

  @Option(names = "--to-identity", paramLabel = "ID", description = "The destination's identity.")
  private List<String> toIdentity = List.of();

  @Option(
      names = "--service",
      paramLabel = "[NS/]PREFIX",
      description = "The Service that was dialled.")
  private List<String> service = List.of();

  @Option(
      names = "--to-service",
      paramLabel = "[NS/]PREFIX",
      description = "The Service that was dialled.")
  private List<String> toService = List.of();

  @Option(names = "--workload", paramLabel = "[NS/]NAME", description = "Either side's workload.")
  private List<String> workload = List.of();

  @Option(
      names = "--from-workload",
      paramLabel = "[NS/]NAME",
      description = "The source's workload.")
  private List<String> fromWorkload = List.of();

  @Option(
      names = "--to-workload",
      paramLabel = "[NS/]NAME",
      description = "The destination's workload.")
  private List<String> toWorkload = List.of();

  @Option(names = "--protocol", paramLabel = "PROTO", description = "tcp, udp, sctp, icmp, …")
  private List<String> protocol = List.of();

  @Option(names = "--tcp-flags", paramLabel = "FLAGS", description = "SYN, or SYN,ACK (all set).")
  private List<String> tcpFlags = List.of();

  @Option(names = "--verdict", paramLabel = "VERDICT", description = "FORWARDED, DROPPED, …")
  private List<String> verdict = List.of();

  @Option(
      names = {"-t", "--type"},
      paramLabel = "TYPE[:SUBTYPE]",
      description = "drop, policy-verdict, trace or l7.")
  private List<String> type = List.of();

  @Option(names = "--drop-reason-desc", paramLabel = "NAME", description = "hubble's DropReason.")
  private List<String> dropReason = List.of();

  @Option(names = "--traffic-direction", paramLabel = "DIR", description = "ingress or egress.")
  private List<String> direction = List.of();

  @Option(names = "--node-name", paramLabel = "NODE", description = "The node that judged.")
  private List<String> node = List.of();

  @Option(names = "--uuid", paramLabel = "UUID", description = "One flow.")
  private List<String> uuid = List.of();

  @Option(
      names = {"-4", "--ipv4"},
      description = "Only IPv4.")
  private boolean ipv4;

  @Option(
      names = {"-6", "--ipv6"},
      description = "Only IPv6.")
  private boolean ipv6;

  /**
   * The filter that the flags ask for.
   *
   * @throws IllegalArgumentException when a value is not one, in one sentence
   */
  Predicate<Flow> predicate() {
    List<Predicate<Flow>> tests = new ArrayList<>();
    sided(tests, FlowFilter::namespace, namespace, fromNamespace, toNamespace);
    sided(tests, FlowFilter::pod, pod, fromPod, toPod);
    sided(tests, FlowFilter::label, label, fromLabel, toLabel);
    sided(tests, FlowFilter::ip, ip, fromIp, toIp);
    sided(tests, FlowFilter::port, port, fromPort, toPort);
    sided(tests, ObserveFilters::identity, identity, fromIdentity, toIdentity);
    sided(tests, FlowFilter::service, service, List.of(), toService);
    sided(tests, FlowFilter::workload, workload, fromWorkload, toWorkload);
    any(tests, protocol, FlowFilter::protocol);
    any(tests, tcpFlags, FlowFilter::tcpFlags);
    any(tests, verdict, FlowFilter::verdict);
    any(tests, type, FlowFilter::type);
    any(tests, dropReason, FlowFilter::dropReason);
    any(tests, direction, FlowFilter::direction);
    any(tests, node, FlowFilter::node);
    any(tests, uuid, FlowFilter::uuid);
    if (ipv4 != ipv6) {
      tests.add(FlowFilter.ipVersion(ipv4 ? 4 : 6));
    }
    return FlowFilter.all(tests);
  }

  private static Predicate<Flow> identity(Side side, String text) {
    int number =
        Arrays.stream(ReservedIdentity.values())
            .filter(reserved -> reserved.text().equals(text))
            .findFirst()
            .map(ReservedIdentity::number)
            .orElseGet(() -> number(text));
    return FlowFilter.identity(side, number);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--identity " + text + " is neither a number nor a reserved identity's name", e);
    }
  }

  private interface Sided<T> {
    Predicate<Flow> test(Side side, T value);
  }

  private static <T> void sided(
      List<Predicate<Flow>> tests, Sided<T> test, List<T> either, List<T> from, List<T> to) {
    any(tests, either, value -> test.test(Side.EITHER, value));
    any(tests, from, value -> test.test(Side.FROM, value));
    any(tests, to, value -> test.test(Side.TO, value));
  }

  private static <T> void any(
      List<Predicate<Flow>> tests, List<T> values, Function<T, Predicate<Flow>> test) {
    if (!values.isEmpty()) {
      tests.add(FlowFilter.any(values.stream().map(test).toList()));
    }
  }
}
