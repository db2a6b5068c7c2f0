package dev.sluice.cli.look;

import dev.sluice.flows.hubble.FlowFilter;
import dev.sluice.flows.hubble.FlowFilter.Side;
import dev.sluice.flows.hubble.RawFilter;
import dev.sluice.schemas.Flow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * hubble observe's filter flags, added to a command. Values of one flag are ORed, flags are ANDed;
 * {@code --not} makes the next flag one of the other kind: what has all of those is left out.
 * Filters of {@code --allowlist} are alternatives to the flags, those of {@code --denylist} are
 * left out one by one, as hubble does it.
 */
final class ObserveFilters implements IModelTransformer {
  private static final String NOT = "--not";
  private static final String ALLOW = "--allowlist";
  private static final String DENY = "--denylist";
  private static final List<Flag> FLAGS = flags();

  /**
   * @param names with the long one last
   * @param value of the help text; empty: the flag has none
   * @param field whose values are ORed
   */
  private record Flag(
      List<String> names,
      String value,
      String description,
      String field,
      Function<String, Predicate<Flow>> test) {}

  private interface Sided {
    Predicate<Flow> test(Side side, String value);
  }

  private static List<Flag> flags() {
    List<Flag> flags = new ArrayList<>();
    sided(flags, List.of("-n"), "namespace", "NS", "namespace", FlowFilter::namespace);
    sided(flags, List.of(), "pod", "[NS/]POD", "pod, by prefix", FlowFilter::pod);
    sided(flags, List.of("-l"), "label", "SELECTOR", "labels", FlowFilter::label);
    sided(flags, List.of(), "ip", "IP|CIDR", "address", FlowFilter::ip);
    sided(flags, List.of(), "fqdn", "NAME|PATTERN", "name, from DNS", FlowFilter::fqdn);
    sided(flags, List.of(), "port", "PORT", "port", FlowFilter::port);
    sided(flags, List.of(), "identity", "ID", "identity", FlowFilter::identity);
    sided(flags, List.of(), "workload", "[NS/]NAME", "workload", FlowFilter::workload);
    for (String name : List.of("service", "to-service")) {
      plain(
          flags,
          name,
          "[NS/]PREFIX",
          "The Service that was dialled.",
          value -> FlowFilter.service(Side.EITHER, value));
    }
    plain(
        flags,
        "protocol",
        "PROTO",
        "tcp, udp, sctp, icmp, icmpv4, icmpv6 or dns.",
        FlowFilter::protocol);
    plain(flags, "tcp-flags", "FLAGS", "SYN, or SYN,ACK (all set).", FlowFilter::tcpFlags);
    plain(
        flags,
        "verdict",
        "VERDICT",
        "FORWARDED, DROPPED, AUDIT, REDIRECTED or ERROR.",
        FlowFilter::verdict);
    flags.add(
        new Flag(
            List.of("-t", "--type"),
            "TYPE[:SUBTYPE]",
            "drop, policy-verdict, trace or l7.",
            "type",
            FlowFilter::type));
    plain(
        flags,
        "drop-reason-desc",
        "NAME",
        "hubble's DropReason: POLICY_DENIED, …",
        FlowFilter::dropReason);
    plain(flags, "traffic-direction", "DIR", "ingress or egress.", FlowFilter::direction);
    plain(flags, "node-name", "NODE", "The node that judged.", FlowFilter::node);
    plain(flags, "uuid", "UUID", "One flow.", FlowFilter::uuid);
    for (int version : new int[] {4, 6}) {
      flags.add(
          new Flag(
              List.of("-" + version, "--ipv" + version),
              "",
              "Only IPv%d.".formatted(version),
              "ip version",
              value -> FlowFilter.ipVersion(version)));
    }
    return List.copyOf(flags);
  }

  private static void sided(
      List<Flag> flags, List<String> shorts, String name, String value, String what, Sided test) {
    List<String> names = new ArrayList<>(shorts);
    names.add("--" + name);
    flags.add(
        new Flag(
            names,
            value,
            "Either side's " + what + ".",
            name,
            text -> test.test(Side.EITHER, text)));
    plain(
        flags,
        "from-" + name,
        value,
        "The source's " + what + ".",
        text -> test.test(Side.FROM, text));
    plain(
        flags,
        "to-" + name,
        value,
        "The destination's " + what + ".",
        text -> test.test(Side.TO, text));
  }

  private static void plain(
      List<Flag> flags,
      String name,
      String value,
      String description,
      Function<String, Predicate<Flow>> test) {
    flags.add(new Flag(List.of("--" + name), value, description, name, test));
  }

  @Override
  public CommandSpec transform(CommandSpec command) {
    for (Flag flag : FLAGS) {
      OptionSpec.Builder option =
          OptionSpec.builder(flag.names().toArray(String[]::new)).description(flag.description());
      command.addOption(
          flag.value().isEmpty()
              ? option.arity("0").build()
              : values(option.paramLabel(flag.value())));
    }
    command.addOption(
        OptionSpec.builder("-A", "--all-namespaces")
            .arity("0")
            .description("All namespaces (the default).")
            .build());
    command.addOption(
        OptionSpec.builder(NOT)
            .type(List.class)
            .auxiliaryTypes(Boolean.class)
            .arity("0")
            .description("Leaves out what the next filter flag says.")
            .build());
    command.addOption(
        values(
            OptionSpec.builder(ALLOW)
                .paramLabel("JSON")
                .description("hubble's FlowFilter: also shows what it says.")));
    command.addOption(
        values(
            OptionSpec.builder(DENY)
                .paramLabel("JSON")
                .description("hubble's FlowFilter: leaves out what it says.")));
    return command;
  }

  private static OptionSpec values(OptionSpec.Builder option) {
    return option.type(List.class).auxiliaryTypes(String.class).arity("1").build();
  }

  /**
   * The filter that a command line asks for.
   *
   * @throws IllegalArgumentException when a value is not one, in one sentence
   */
  static Predicate<Flow> of(ParseResult parsed) {
    Map<String, Flag> flags = new HashMap<>();
    FLAGS.forEach(flag -> flags.put(flag.names().getLast(), flag));
    Map<String, List<Predicate<Flow>>> wanted = new LinkedHashMap<>();
    Map<String, List<Predicate<Flow>>> unwanted = new LinkedHashMap<>();
    List<Predicate<Flow>> allowed = new ArrayList<>();
    List<Predicate<Flow>> denied = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    boolean not = false;
    for (OptionSpec option : parsed.matchedOptions()) { // each as often as it was written
      String name = option.longestName();
      int index = seen.merge(name, 1, Integer::sum) - 1;
      Flag flag = flags.get(name);
      if (name.equals(NOT)) {
        not = true;
      } else if (name.equals(ALLOW)) {
        allowed.add(RawFilter.parse(option.stringValues().get(index)));
      } else if (name.equals(DENY)) {
        denied.add(RawFilter.parse(option.stringValues().get(index)));
      } else if (flag != null) {
        String value = flag.value().isEmpty() ? "" : option.stringValues().get(index);
        (not ? unwanted : wanted)
            .computeIfAbsent(flag.field(), field -> new ArrayList<>())
            .add(flag.test().apply(value));
        not = false;
      }
    }
    if (not) {
      throw new IllegalArgumentException("--not needs a filter flag after it");
    }
    if (!wanted.isEmpty() || allowed.isEmpty()) {
      allowed.add(all(wanted));
    }
    if (!unwanted.isEmpty()) {
      denied.add(all(unwanted));
    }
    return FlowFilter.any(allowed).and(FlowFilter.any(denied).negate());
  }

  private static Predicate<Flow> all(Map<String, List<Predicate<Flow>>> fields) {
    return FlowFilter.all(fields.values().stream().map(FlowFilter::any).toList());
  }
}
