package dev.sluice.core.oracle;

import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.PortProtocol;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Peers;
import dev.sluice.core.policy.TrafficRule.PortRule;
import dev.sluice.core.policy.TrafficRule.Ports;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.stream.Stream;

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
   * 3. A named port is what the destination calls so, or any pod of the same identity; only pods
   * have named ports.
   */
  private boolean named(String name, World.Pod destination, int protocol, int port) {
    return destination != null
        && world.pods().stream()
            .filter(pod -> isOneIdentity(pod, destination))
            .flatMap(pod -> pod.namedPorts().stream())
            .anyMatch(
                one -> one.name().equals(name) && one.port() == port && one.protocol() == protocol);
  }

  /**
   * 4. Pods are of one identity when they have the same labels, both or neither are under audit,
   * and they lie in the same of the prefixes that policies use for pods too.
   */
  private boolean isOneIdentity(World.Pod one, World.Pod other) {
    return cast.someone(one).labels().equals(cast.someone(other).labels())
        && one.audit() == other.audit()
        && prefixes().allMatch(p -> isIn(one, p) == isIn(other, p));
  }

  private Stream<Prefix> prefixes() {
    return world.policies().stream()
        .flatMap(policy -> policy.rules().stream())
        .flatMap(rule -> Stream.of(rule.ingress(), rule.egress()))
        .flatMap(direction -> direction.rules().stream())
        .flatMap(rule -> rule.peers() instanceof Peers.AnyOf any ? any.peers().stream() : null)
        .filter(peer -> peer instanceof Peer.Cidr cidr && cidr.reach() == Reach.EVERYONE)
        .map(Peer.Cidr.class::cast)
        .flatMap(cidr -> Stream.concat(Stream.of(cidr.prefix()), cidr.except().stream()));
  }

  private static boolean isIn(World.Pod pod, Prefix prefix) {
    return pod.addresses().stream().anyMatch(prefix::contains);
  }
}
