package dev.sluice.core.oracle;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is who in a world.
 *
 * <ol>
 *   <li>The address of a pod is the pod.
 *   <li>A node's own address is host for the endpoints on it, and remote-node for all others; it is
 *       so even where a pod claims it.
 *   <li>An address among a node's pods' that no pod has is unmanaged.
 *   <li>Every other address is world.
 *   <li>Whoever has an address of the API server is kube-apiserver too.
 * </ol>
 */
final class Cast {
  private final World world;
  private final Map<World.Pod, Someone> pods = new HashMap<>();

  Cast(World world) {
    this.world = world;
    for (World.Pod pod : world.pods()) {
      pods.put(
          pod,
          new Someone(
              Someone.Kind.POD,
              "pod " + pod.namespace() + "/" + pod.name(),
              IdentityLabels.of(world, pod),
              pod.addresses(),
              pod));
    }
  }

  /** The pod at this end; empty for anyone else. */
  Optional<World.Pod> pod(Flow.Party party) {
    return switch (party) {
      case Flow.Party.Pod(String namespace, String name) -> Optional.of(named(namespace, name));
      case Flow.Party.Address(IpAddress address) ->
          nodeOf(address).isPresent()
              ? Optional.empty()
              : world.pods().stream().filter(p -> p.addresses().contains(address)).findFirst();
    };
  }

  /** Whoever is at this end, seen from a pod. */
  Someone someone(Flow.Party party, World.Pod seenFrom) {
    Optional<World.Pod> pod = pod(party);
    if (pod.isPresent()) {
      return pods.get(pod.get());
    }
    IpAddress address = ((Flow.Party.Address) party).address();
    Someone.Kind kind = kind(address, seenFrom);
    List<Label> labels = new ArrayList<>();
    labels.add(Label.reserved(kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')));
    if (world.apiServers().contains(address)) {
      labels.add(Label.reserved("kube-apiserver"));
    }
    String name = labels.getFirst().key() + " " + address;
    return new Someone(kind, name, LabelSet.of(labels), List.of(address), null);
  }

  /** A pod as others see it. */
  Someone someone(World.Pod pod) {
    return pods.get(pod);
  }

  private Someone.Kind kind(IpAddress address, World.Pod seenFrom) {
    Optional<World.Node> node = nodeOf(address);
    if (node.isPresent()) {
      return node.get().name().equals(seenFrom.node())
          ? Someone.Kind.HOST
          : Someone.Kind.REMOTE_NODE;
    }
    boolean amongPods =
        world.nodes().stream()
            .flatMap(one -> one.podCidrs().stream())
            .anyMatch(cidr -> cidr.contains(address));
    return amongPods ? Someone.Kind.UNMANAGED : Someone.Kind.WORLD;
  }

  private Optional<World.Node> nodeOf(IpAddress address) {
    return world.nodes().stream().filter(n -> n.addresses().contains(address)).findFirst();
  }

  private World.Pod named(String namespace, String name) {
    return world.pods().stream()
        .filter(pod -> pod.namespace().equals(namespace) && pod.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("the world has no pod " + namespace + "/" + name));
  }
}
