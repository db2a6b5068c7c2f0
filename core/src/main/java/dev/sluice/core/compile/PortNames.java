package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.IdentityPorts;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The named ports of the pods with each identity, counted. One fold owns it. */
final class PortNames {
  private static final Comparator<NamedPort> ORDER =
      Comparator.comparing(NamedPort::name)
          .thenComparing(NamedPort::protocol)
          .thenComparingInt(NamedPort::port);

  private final Map<Integer, TreeMap<NamedPort, Integer>> counts = new HashMap<>();

  private int mostOfName;

  /** How many ports one identity has ever had under one name at most. */
  int mostOfName() {
    return mostOfName;
  }

  private static int mostOfName(Collection<NamedPort> ports) {
    String name = "";
    int same = 0;
    int most = 0;
    for (NamedPort port : ports) { // sorted by name
      same = port.name().equals(name) ? same + 1 : 1;
      name = port.name();
      most = Math.max(most, same);
    }
    return most;
  }

  /** One pod of the identity more, or fewer, has these ports. */
  void count(int identity, List<NamedPort> ports, int more) {
    if (ports.isEmpty()) {
      return;
    }
    TreeMap<NamedPort, Integer> held =
        counts.computeIfAbsent(identity, unused -> new TreeMap<>(ORDER));
    for (NamedPort port : ports) {
      held.merge(port, more, Integer::sum);
      held.remove(port, 0);
    }
    mostOfName = Math.max(mostOfName, mostOfName(held.keySet()));
    if (held.isEmpty()) {
      counts.remove(identity);
    }
  }

  /** The row of an identity; null when its pods have none. */
  IdentityPorts row(int identity) {
    TreeMap<NamedPort, Integer> held = counts.get(identity);
    return held == null ? null : new IdentityPorts(identity, List.copyOf(held.keySet()));
  }

  /** All rows, by identity. */
  List<IdentityPorts> rows() {
    return counts.keySet().stream().sorted().map(this::row).toList();
  }
}
