package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.ingest.manifest.PinnedAddresses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Chooses a pod's node and addresses: the node with the fewest pods, the first by name among
 * equals, that the pod's wishes allow and that has room. A pod once placed stays: nodes that come
 * later get the pods that come later. Not thread-safe.
 */
final class Placement {
  /** What became of a wish. */
  sealed interface Outcome {
    record Placed(String node, List<IpAddress> addresses, boolean own) implements Outcome {}

    /** Nowhere at present: asked again when nodes or addresses change. */
    record Waits(String code, String message) implements Outcome {}

    /** Cannot be, as things are. */
    record Refused(String code, String path, String message) implements Outcome {}
  }

  private final Map<String, NodeView> nodes = new TreeMap<>();
  private final Map<String, Integer> podCounts = new HashMap<>();
  private final AddressPool pool = new AddressPool();

  Optional<NodeView> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  void putNode(NodeView node) {
    nodes.put(node.name(), node);
  }

  void removeNode(String name) {
    nodes.remove(name);
  }

  /** An address of a pod that is gone. */
  void released(IpAddress address) {
    pool.released(address);
  }

  /** Takes a place into account. */
  void hold(ObjectKey pod, PodPlace place) {
    if (!place.waits()) {
      podCounts.merge(place.node(), 1, Integer::sum);
      if (place.ownAddresses()) {
        pool.hold(pod, place.addresses());
      }
    }
  }

  void release(ObjectKey pod, PodPlace place) {
    if (!place.waits()) {
      podCounts.merge(place.node(), -1, Integer::sum);
      if (place.ownAddresses()) {
        pool.release(pod, place.addresses());
      }
    }
  }

  /** Whether none of the place's addresses has gone to somebody else. */
  boolean stillFree(ObjectKey pod, PodPlace place) {
    return !place.ownAddresses()
        || place.addresses().stream().allMatch(a -> pool.holder(a).map(pod::equals).orElse(true));
  }

  /** Whether a place still gives the pod what it wishes. */
  boolean fits(PodWish wish, PodPlace place) {
    NodeView node = nodes.get(place.node());
    if (!wish.given().isEmpty()) {
      return wish.node().equals(place.node()) && wish.given().equals(place.addresses());
    }
    return node != null
        && (wish.node().isEmpty() || wish.node().equals(place.node()))
        && place.addresses().containsAll(wish.pins())
        && place.ownAddresses() != wish.hostNetwork()
        && (!place.ownAddresses() || place.addresses().stream().allMatch(node::covers));
  }

  Outcome place(ObjectKey pod, PodWish wish) {
    Optional<Outcome.Refused> refusal = refusal(pod, wish);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (!wish.given().isEmpty()) {
      return new Outcome.Placed(wish.node(), wish.given(), true);
    }
    List<NodeView> candidates =
        nodes.values().stream()
            .filter(wish::selects)
            .filter(node -> wish.hostNetwork() || !node.podCidrs().isEmpty())
            .filter(node -> wish.pins().stream().allMatch(node::covers))
            .sorted(Comparator.comparingInt(node -> podCounts.getOrDefault(node.name(), 0)))
            .toList();
    if (candidates.isEmpty()) {
      return new Outcome.Waits("no-node", noNode(wish));
    }
    for (NodeView node : candidates) {
      if (wish.hostNetwork()) {
        return new Outcome.Placed(node.name(), node.internalAddresses(), false);
      }
      Optional<List<IpAddress>> addresses = addresses(node, wish.pins());
      if (addresses.isPresent()) {
        return new Outcome.Placed(node.name(), addresses.get(), true);
      }
    }
    return new Outcome.Waits(
        "no-address",
        "no address is free on "
            + candidates.stream().map(NodeView::name).collect(Collectors.joining(", "))
            + ": enlarge spec.podCIDRs of a Node or remove pods");
  }

  private Optional<List<IpAddress>> addresses(NodeView node, List<IpAddress> pins) {
    List<Prefix> open =
        node.podCidrs().stream()
            .filter(prefix -> pins.stream().noneMatch(prefix::contains))
            .toList();
    if (open.isEmpty()) {
      return Optional.of(pins);
    }
    return pool.free(open)
        .map(
            free -> {
              List<IpAddress> all = new ArrayList<>(pins);
              all.addAll(free);
              all.sort(null);
              return List.copyOf(all);
            });
  }

  private Optional<Outcome.Refused> refusal(ObjectKey pod, PodWish wish) {
    List<IpAddress> asked = wish.given().isEmpty() ? wish.pins() : wish.given();
    String path = wish.given().isEmpty() ? PinnedAddresses.PATH : "status.podIPs";
    for (IpAddress address : asked) {
      Optional<ObjectKey> holder = pool.holder(address).filter(other -> !other.equals(pod));
      if (holder.isPresent()) {
        return Optional.of(
            new Outcome.Refused(
                "address-in-use",
                path,
                "%s belongs to pod %s/%s: pin another"
                    .formatted(address, holder.get().namespace(), holder.get().name())));
      }
    }
    if (!wish.given().isEmpty() || wish.hostNetwork()) {
      return Optional.empty();
    }
    for (IpAddress address : wish.pins()) {
      boolean usable =
          nodes.values().stream()
              .filter(node -> wish.node().isEmpty() || wish.node().equals(node.name()))
              .flatMap(node -> node.podCidrs().stream())
              .anyMatch(prefix -> AddressPool.usable(prefix, address));
      if (!usable) {
        return Optional.of(new Outcome.Refused("address-outside", path, outside(address, wish)));
      }
    }
    return Optional.empty();
  }

  private String outside(IpAddress address, PodWish wish) {
    String cidrs =
        nodes.values().stream()
            .filter(node -> wish.node().isEmpty() || wish.node().equals(node.name()))
            .map(node -> node.name() + " " + node.podCidrs())
            .collect(Collectors.joining(", "));
    return "%s is no pod address of %s: pin one inside %s"
        .formatted(
            address,
            wish.node().isEmpty() ? "any node" : wish.node(),
            cidrs.isEmpty() ? "a Node's spec.podCIDRs (there is no Node)" : cidrs);
  }

  private String noNode(PodWish wish) {
    if (nodes.isEmpty()) {
      return "the pod waits: there is no Node";
    }
    if (!wish.node().isEmpty()) {
      return "the pod waits: there is no Node " + wish.node() + " with spec.podCIDRs";
    }
    return "the pod waits: no Node is schedulable, has spec.podCIDRs and fits its wishes";
  }
}
