package dev.sluice.cli.ask;

import dev.sluice.cli.Refusal;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.TypeConversionException;

/** Whom the names on the command line mean: {@code ns/pod}, an IP address, a DNS name. */
final class Parties {
  private final OfflineWorld world;
  private final Map<String, List<IpAddress>> names = new TreeMap<>();

  /**
   * @param dns {@code NAME=IP,…} each
   */
  Parties(OfflineWorld world, List<String> dns) {
    this.world = world;
    for (String one : dns) {
      String[] sides = one.split("=", 2);
      if (sides.length != 2 || sides[0].isBlank()) {
        throw new TypeConversionException("--dns '" + one + "': write NAME=IP,IP");
      }
      for (String ip : sides[1].split(",")) {
        names
            .computeIfAbsent(FqdnSelector.canonical(sides[0]), name -> new ArrayList<>())
            .add(address(ip));
      }
    }
  }

  /** The names that DNS gave, with their addresses. */
  Map<String, List<IpAddress>> names() {
    return names;
  }

  /**
   * The party of this name; a pod's address means the pod.
   *
   * @throws Refusal when nobody has this name
   */
  Party find(String name) {
    if (name.contains("/")) {
      ClusterRecord.Endpoint pod = world.pods().get(name);
      if (pod == null) {
        throw new Refusal("There is no pod '" + name + "'" + nearest(name));
      }
      return Party.of(pod);
    }
    List<IpAddress> learned = names.get(FqdnSelector.canonical(name));
    if (learned != null) {
      return new Party(name, null, List.copyOf(learned));
    }
    return ofAddress(name);
  }

  /** The party at an address. */
  Party ofAddress(String text) {
    IpAddress address = address(text);
    ClusterRecord.Address found = world.covering(address);
    if (found.endpoint() != 0 && found.prefix().isSingle()) {
      ClusterRecord.Endpoint pod = world.pods().get(found.namespace() + "/" + found.pod());
      return new Party(text, pod, pod.addresses());
    }
    return new Party(text, null, List.of(address));
  }

  private static IpAddress address(String text) {
    try {
      return IpAddress.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'" + text + "' is neither NS/POD nor an IP address nor a name given with --dns");
    }
  }

  private String nearest(String name) {
    Optional<Nearest.Match> match = Nearest.of(name, world.pods().keySet());
    return match
        .map(found -> ": did you mean " + found.word() + "?")
        .orElse(
            world.pods().isEmpty()
                ? ": the manifests have no pods"
                : ": the manifests have "
                    + String.join(", ", world.pods().keySet().stream().limit(5).toList())
                    + (world.pods().size() > 5 ? ", …" : ""));
  }
}
