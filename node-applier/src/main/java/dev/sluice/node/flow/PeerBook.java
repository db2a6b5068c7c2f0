package dev.sluice.node.flow;

import dev.sluice.core.cluster.ClusterRecord.Address;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.node.mirror.FoldListener;
import dev.sluice.schemas.FlowPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is behind an address and what an identity's labels are, for explaining flows. Written by the
 * applier's thread as groups of topic desired become whole; read by any.
 */
public final class PeerBook implements FoldListener {
  private final Map<IpAddress, Address> addresses = new ConcurrentHashMap<>();
  private final Map<Integer, List<String>> labels = new ConcurrentHashMap<>();

  /** Labels of selectors of names, by the selectors' ids. */
  private final Map<String, String> names = new ConcurrentHashMap<>();

  private final Map<Integer, SelectorSet> sets = new ConcurrentHashMap<>();

  /** The names that pods of this node were told of addresses. */
  private final NameBook learned = new NameBook();

  /** By id; ids are never used again, and late flows want those of Services that are gone. */
  private final Map<Integer, ServiceRow.Frontend> frontends = new ConcurrentHashMap<>();

  /** Starts with the reserved identities. */
  public PeerBook() {
    restarted();
  }

  @Override
  public void restarted() {
    addresses.clear();
    labels.clear();
    names.clear();
    sets.clear();
    frontends.clear();
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      labels.put(reserved.number(), texts(reserved.labels()));
    }
  }

  @Override
  public void changed(Change<DesiredRecord> change) {
    switch (change.value()) {
      case DesiredRecord.SubjectPolicy policy ->
          labels.put(policy.identity(), texts(policy.labels()));
      case DesiredRecord.IdentityLabels row -> labels.put(row.identity(), texts(row.labels()));
      case DesiredRecord.Selector selector ->
          NameSelectors.read(selector.text())
              .ifPresent(one -> names.put(selector.id(), "fqdn:" + one.text()));
      case DesiredRecord.DesiredAddress(Address address) when address.prefix().isSingle() ->
          addresses.put(address.prefix().address(), address);
      case ServiceRow.Frontend frontend -> frontends.put(frontend.id(), frontend);
      case null -> forget(change);
      default -> {}
    }
  }

  @Override
  public void named(int number, SelectorSet set) {
    sets.put(number, set);
    labels.remove(number);
  }

  private void forget(Change<DesiredRecord> change) {
    if (change.kind() == DesiredRecord.DesiredAddress.class) {
      Prefix prefix = Prefix.parse(change.key().substring("address/".length()));
      if (prefix.isSingle()) {
        addresses.remove(prefix.address());
      }
    }
    // Labels stay: numbers are not used again soon, and late flows want them.
  }

  /** A pod of this node was told that a name has this address. Any thread. */
  public void learned(IpAddress address, String name) {
    learned.add(address, name);
  }

  /**
   * One end of a flow.
   *
   * @param identity as the kernel saw it
   * @param endpoint as the kernel saw it; 0 when it did not say
   */
  public FlowPeer peer(IpAddress ip, int identity, long endpoint) {
    Address address = addresses.get(ip);
    boolean isPod = address != null && address.endpoint() != 0;
    return new FlowPeer(
        identity,
        endpoint != 0 ? endpoint : isPod ? address.endpoint() : 0,
        isPod ? address.namespace() : "",
        isPod ? address.pod() : "",
        labels(identity),
        isPod ? address.workloadKind() : "",
        isPod ? address.workload() : "",
        address == null ? "" : address.node(),
        isPod ? List.of() : learned.of(ip));
  }

  /** What a client dialled; empty when it was no Service's. */
  Optional<ServiceRow.Frontend> frontend(int id) {
    return id == 0 ? Optional.empty() : Optional.ofNullable(frontends.get(id));
  }

  /** The labels of an identity as Hubble writes them; what its number alone says when unknown. */
  List<String> labels(int identity) {
    List<String> known = labels.get(identity);
    if (known != null) {
      return known;
    }
    SelectorSet set = sets.get(identity);
    if (set == null) {
      return scope(identity);
    }
    List<String> all = new ArrayList<>(labels(set.base()));
    set.selectors().stream().map(names::get).filter(Objects::nonNull).forEach(all::add);
    all.sort(null);
    labels.put(identity, List.copyOf(all));
    return labels.get(identity);
  }

  private static List<String> scope(int identity) {
    return switch (IdentityScope.of(identity)) {
      case PREFIXES, NAMES -> texts(ReservedIdentity.WORLD.labels());
      case NODES -> texts(ReservedIdentity.REMOTE_NODE.labels());
      case HOSTS -> texts(ReservedIdentity.HOST.labels());
      case RESERVED, PODS -> List.of();
    };
  }

  /** Hubble writes no equals sign where there is no value: {@code cidr:10.0.0.0/8}. */
  private static List<String> texts(LabelSet labels) {
    return labels.labels().stream()
        .map(label -> label.value().isEmpty() ? label.source() + ":" + label.key() : "" + label)
        .toList();
  }
}
