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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is behind an address and what an identity's labels are, for explaining flows. What has gone
 * is remembered for flows that are late, the last {@value #LATE} of each kind; more would be a list
 * of all that there ever was. Written by the applier's thread as groups of topic desired become
 * whole; read by any.
 */
public final class PeerBook implements FoldListener {
  /** Flows are some seconds late at most: in that time not so much goes. */
  static final int LATE = 4_096;

  private final Map<IpAddress, Address> addresses = new ConcurrentHashMap<>();
  private final LateMap<Integer, List<String>> labels = new LateMap<>(LATE);

  /** Labels of selectors of names, by the selectors' ids. */
  private final LateMap<String, String> names = new LateMap<>(LATE);

  private final LateMap<Integer, NamedSet> sets = new LateMap<>(LATE);

  /** The names that pods of this node were told of addresses. */
  private final AddressNames learned = new AddressNames();

  /** By id; ids are never used again, and late flows want those of Services that are gone. */
  private final LateMap<Integer, ServiceRow.Frontend> frontends = new LateMap<>(LATE);

  /** Ids of frontends by the keys of their rows. */
  private final Map<String, Integer> frontendIds = new HashMap<>();

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
    frontendIds.clear();
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
      case ServiceRow.Frontend frontend -> {
        forgetFrontend(frontendIds.put(frontend.key(), frontend.id()));
        frontends.put(frontend.id(), frontend);
      }
      case null -> forget(change.key());
      default -> {}
    }
  }

  @Override
  public void named(int number, SelectorSet set) {
    sets.put(number, new NamedSet(set));
  }

  @Override
  public void unnamed(int number) {
    sets.remove(number);
  }

  private void forget(String key) {
    String rest = key.substring(key.indexOf('/') + 1);
    switch (key.substring(0, key.length() - rest.length())) {
      case "address/" -> {
        Prefix prefix = Prefix.parse(rest);
        if (prefix.isSingle()) {
          addresses.remove(prefix.address());
        }
      }
      case "policy/", "identity/" -> {
        int identity = Integer.parseInt(rest);
        if (IdentityScope.of(identity) != IdentityScope.RESERVED) {
          labels.remove(identity);
        }
      }
      case "selector/" -> names.remove(rest);
      case "service/" -> forgetFrontend(frontendIds.remove(key));
      default -> {
        // Nothing that is known here.
      }
    }
  }

  private void forgetFrontend(Integer id) {
    if (id != null) {
      frontends.remove(id);
    }
  }

  /** How much is remembered, of what has gone too. */
  int size() {
    return addresses.size() + labels.size() + names.size() + sets.size() + frontends.size();
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
    NamedSet set = sets.get(identity);
    return set == null ? scope(identity) : set.labels(this);
  }

  /** A set of selectors of names, and its labels once all of them were known. */
  private static final class NamedSet {
    private final SelectorSet set;
    private volatile List<String> labels;

    private NamedSet(SelectorSet set) {
      this.set = set;
    }

    private List<String> labels(PeerBook book) {
      List<String> known = labels;
      if (known != null) {
        return known;
      }
      List<String> all = new ArrayList<>(book.labels(set.base()));
      int base = all.size();
      set.selectors().stream().map(book.names::get).filter(Objects::nonNull).forEach(all::add);
      boolean whole = all.size() == base + set.selectors().size();
      all.sort(null);
      if (whole) {
        labels = List.copyOf(all);
      }
      return all;
    }
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
