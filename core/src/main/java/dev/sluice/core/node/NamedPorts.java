package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.IdentityPorts;
import dev.sluice.core.policy.PortProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The named ports of every identity, and what rules that name them say in numbers. */
final class NamedPorts {
  private final Map<Integer, List<NamedPort>> ports = new HashMap<>();

  void put(IdentityPorts row) {
    ports.put(row.identity(), row.ports());
  }

  void remove(IdentityPorts row) {
    ports.remove(row.identity());
  }

  /** Those of one identity. */
  List<NamedPort> of(int identity) {
    return ports.getOrDefault(identity, List.of());
  }

  /** The policy of a direction whose destination has these ports. */
  static DirectionPolicy resolve(DirectionPolicy policy, List<NamedPort> ports) {
    return policy.rules().stream().noneMatch(CompiledRule::namesPort)
        ? policy
        : new DirectionPolicy(
            policy.enforced(),
            policy.enforcedBy(),
            policy.auditedBy(),
            resolve(policy.rules(), ports));
  }

  /** The rules, with numbers for names; one whose name the destination has not is left out. */
  static List<CompiledRule> resolve(Collection<CompiledRule> rules, List<NamedPort> ports) {
    List<CompiledRule> resolved = new ArrayList<>();
    for (CompiledRule rule : rules) {
      if (!rule.namesPort()) {
        resolved.add(rule);
        continue;
      }
      for (NamedPort port : ports) {
        if (port.name().equals(rule.portName()) && number(port) == rule.protocol()) {
          resolved.add(rule.at(port.port()));
        }
      }
    }
    return List.copyOf(resolved);
  }

  private static int number(NamedPort port) {
    for (PortProtocol protocol : PortProtocol.values()) {
      if (protocol.name().equals(port.protocol()) && protocol.numbers().size() == 1) {
        return protocol.numbers().getFirst();
      }
    }
    return -1;
  }
}
