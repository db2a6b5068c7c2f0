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

  private static final class Held {
    private final TreeMap<NamedPort, Integer> counts = new TreeMap<>(ORDER);

    /** What {@link #row} gives; null when it is to be made. */
    private IdentityPorts row;
  }

  private final Map<Integer, Held> identities = new HashMap<>();

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
    Held held = identities.computeIfAbsent(identity, unused -> new Held());
    for (NamedPort port : ports) {
      int before = held.counts.getOrDefault(port, 0);
      if (before + more == 0) {
        held.counts.remove(port);
      } else {
        held.counts.put(port, before + more);
      }
      if (before == 0 || before + more == 0) {
        held.row = null;
      }
    }
    mostOfName = Math.max(mostOfName, mostOfName(held.counts.keySet()));
    if (held.counts.isEmpty()) {
      identities.remove(identity);
    }
  }

  /** The row of an identity; null when its pods have none. */
  IdentityPorts row(int identity) {
    Held held = identities.get(identity);
    if (held == null) {
      return null;
    }
    if (held.row == null) {
      held.row = new IdentityPorts(identity, List.copyOf(held.counts.keySet()));
    }
    return held.row;
  }

  /** All rows, by identity. */
  List<IdentityPorts> rows() {
    return identities.keySet().stream().sorted().map(this::row).toList();
  }
}
