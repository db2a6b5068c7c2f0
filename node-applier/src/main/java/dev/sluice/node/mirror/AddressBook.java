package dev.sluice.node.mirror;

import dev.sluice.core.cluster.ClusterRecord.Address;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.node.link.NodeNetwork;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The addresses of topic desired from this node's side: which are its pods', which its own, and
 * which pod CIDRs lie behind which other node. Mutable; for the applier's thread.
 */
public final class AddressBook {

  private final String node;
  private final Map<Prefix, Address> own = new HashMap<>();
  private final Map<String, Map<Prefix, Address>> pods = new LinkedHashMap<>();
  private final Map<Prefix, Address> remoteCidrs = new TreeMap<>();

  /** Made when it is asked for; null once what it follows from has changed. */
  private NodeNetwork network;

  /** As {@link #localIdentities} said last; null when its pods are others since. */
  private Set<Integer> identities;

  /**
   * @param node this node's name
   */
  public AddressBook(String node) {
    this.node = node;
  }

  /** Takes one change of topic desired; ignores what is no address. */
  public void apply(Change<DesiredRecord> change) {
    if (change.kind() != DesiredRecord.DesiredAddress.class) {
      return;
    }
    if (change.value() instanceof DesiredRecord.DesiredAddress(Address address)) {
      forget(address.prefix());
      remember(address);
    } else {
      forget(Prefix.parse(change.key().substring("address/".length())));
    }
  }

  private void remember(Address address) {
    if (address.node().equals(node)) {
      network = null;
      own.put(address.prefix(), address);
      if (address.endpoint() != 0) {
        identities = null;
        pods.computeIfAbsent(pod(address), key -> new TreeMap<>()).put(address.prefix(), address);
      }
    } else if (!address.node().isEmpty() && !address.prefix().isSingle()) {
      network = null;
      remoteCidrs.put(address.prefix(), address);
    }
  }

  private void forget(Prefix prefix) {
    Address before = own.remove(prefix);
    Address behind = remoteCidrs.remove(prefix);
    if (before != null || behind != null) {
      network = null;
    }
    if (before != null && before.endpoint() != 0) {
      identities = null;
      pods.computeIfPresent(
          pod(before),
          (key, rows) -> {
            rows.remove(prefix);
            return rows.isEmpty() ? null : rows;
          });
    }
  }

  /** A pod of this node. */
  public Optional<LocalPod> pod(String key) {
    return Optional.ofNullable(pods.get(key)).map(AddressBook::toPod);
  }

  /** The pod of this node that has an address. */
  public Optional<LocalPod> podAt(IpAddress address) {
    return Optional.ofNullable(own.get(address.single()))
        .filter(found -> found.endpoint() != 0)
        .flatMap(found -> pod(pod(found)));
  }

  /** Identities that have an endpoint on this node. */
  public Set<Integer> localIdentities() {
    if (identities == null) {
      identities =
          pods.values().stream()
              .flatMap(rows -> rows.values().stream())
              .map(Address::identity)
              .collect(Collectors.toCollection(TreeSet::new));
    }
    return identities;
  }

  /** Numbers of the endpoints of this node's pods. */
  public Set<Integer> localEndpoints() {
    return pods.values().stream()
        .flatMap(rows -> rows.values().stream())
        .map(address -> (int) address.endpoint())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The node's addresses on the underlay, in the log's order. */
  public List<IpAddress> nodeAddresses() {
    return own.values().stream().flatMap(a -> a.nodeAddresses().stream()).distinct().toList();
  }

  /** How many pods the log has put on this node. */
  public int podCount() {
    return pods.size();
  }

  /** What the node's namespace needs of gateways and routes. */
  public NodeNetwork network() {
    if (network == null) {
      network = makeNetwork();
    }
    return network;
  }

  private NodeNetwork makeNetwork() {
    Set<IpAddress> gateways =
        own.values().stream()
            .filter(AddressBook::isGateway)
            .map(address -> address.prefix().address())
            .collect(Collectors.toSet());
    TreeMap<Prefix, List<IpAddress>> remote = new TreeMap<>();
    remoteCidrs.forEach((prefix, address) -> remote.put(prefix, address.nodeAddresses()));
    return new NodeNetwork(new TreeSet<>(gateways), remote);
  }

  /** An address of the node that is not on its uplink: the gateway of a pod CIDR. */
  private static boolean isGateway(Address address) {
    return address.endpoint() == 0
        && address.prefix().isSingle()
        && isNode(address.identity())
        && !address.nodeAddresses().contains(address.prefix().address());
  }

  private static boolean isNode(int identity) {
    return identity == ReservedIdentity.REMOTE_NODE.number()
        || IdentityScope.NODES.has(identity)
        || IdentityScope.isHost(identity);
  }

  private static LocalPod toPod(Map<Prefix, Address> rows) {
    Collection<Address> addresses = rows.values();
    Function<Prefix, IpAddress> single = Prefix::address;
    Address any = addresses.iterator().next();
    return new LocalPod(
        any.namespace(),
        any.pod(),
        any.endpoint(),
        any.identity(),
        rows.keySet().stream().map(single).sorted().toList());
  }

  private static String pod(Address address) {
    return address.namespace() + "/" + address.pod();
  }
}
