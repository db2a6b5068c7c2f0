package dev.sluice.core.oracle;

import dev.sluice.core.policy.PortProtocol;
import dev.sluice.core.policy.TrafficRule.PortRule;
import dev.sluice.core.policy.TrafficRule.Ports;

/** Which packets a port of a rule means. One method a sentence. */
final class PortSentences {
  private final World world;
  private final Cast cast;

  PortSentences(World world, Cast cast) {
    this.world = world;
    this.cast = cast;
  }

  /**
   * @param destination a pod, or null for anyone else
   */
  boolean means(PortRule rule, World.Pod destination, int protocol, int port) {
    return protocol(rule.protocol(), protocol)
        && switch (rule.ports()) {
          case Ports.Range range -> range(range, port);
          case Ports.Named(String name) -> named(name, destination, protocol, port);
        };
  }

  /** 1. ANY is TCP, UDP and SCTP; every other protocol is itself. */
  private static boolean protocol(PortProtocol wanted, int protocol) {
    return wanted.numbers().contains(protocol);
  }

  /** 2. A range has both its ends; for ICMP it is one type. */
  private static boolean range(Ports.Range range, int port) {
    return range.first() <= port && port <= range.last();
  }

  /**
   * 3. A named port is what the destination calls so, or any pod with the destination's labels;
   * only pods have named ports.
   */
  private boolean named(String name, World.Pod destination, int protocol, int port) {
    return destination != null
        && world.pods().stream()
            .filter(pod -> cast.someone(pod).labels().equals(cast.someone(destination).labels()))
            .flatMap(pod -> pod.namedPorts().stream())
            .anyMatch(
                one -> one.name().equals(name) && one.port() == port && one.protocol() == protocol);
  }
}
