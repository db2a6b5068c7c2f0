package dev.sluice.core.proof;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.oracle.Flow;
import dev.sluice.core.oracle.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Flows of a world: everybody with everybody, each pair on a few ports. */
public final class Flows {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SCTP = 132;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;

  private Flows() {}

  /**
   * Flows between any two of whom at least one is a pod.
   *
   * @param each how many for each pair
   */
  public static List<Flow> of(World world, int each) {
    List<IpAddress> pods = world.pods().stream().flatMap(pod -> pod.addresses().stream()).toList();
    List<IpAddress> others =
        Stream.of(Words.STRANGERS, Words.NODES, Words.UNUSED)
            .flatMap(List::stream)
            .map(IpAddress::parse)
            .toList();
    List<Flow> flows = new ArrayList<>();
    for (IpAddress from : pods) {
      for (IpAddress to : pods) {
        pair(from, to, each, flows);
      }
      for (IpAddress other : others) {
        pair(from, other, each, flows);
        pair(other, from, each, flows);
      }
    }
    return flows;
  }

  private static void pair(IpAddress from, IpAddress to, int each, List<Flow> flows) {
    if (from.v6() != to.v6()) {
      return;
    }
    // By the pair alone, so that a world that shrinks keeps the flows of those who stay.
    Random random = new Random(from.hashCode() * 31L + to.hashCode());
    for (int i = 0; i < each; i++) {
      int protocol =
          List.of(TCP, TCP, TCP, UDP, SCTP, from.v6() ? ICMPV6 : ICMP).get(random.nextInt(6));
      List<Integer> ports =
          switch (protocol) {
            case ICMP -> Words.ICMP_TYPES;
            case ICMPV6 -> Words.ICMPV6_TYPES;
            default -> Words.PACKET_PORTS;
          };
      boolean anyType = (protocol == ICMP || protocol == ICMPV6) && random.nextBoolean();
      int port = anyType ? random.nextInt(256) : ports.get(random.nextInt(ports.size()));
      flows.add(
          new Flow(new Flow.Party.Address(from), new Flow.Party.Address(to), protocol, port, null));
    }
  }
}
