package dev.sluice.core.cluster;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The row of each address and prefix: who has it, by the strongest claim, and else what the
 * prefixes around it make of it.
 *
 * <ol>
 *   <li>A pod's or node's address is its own.
 *   <li>A prefix among a node's pods' addresses is of nobody who is managed.
 *   <li>Every other prefix in use is outside the cluster, with the labels of all that cover it.
 * </ol>
 */
final class AddressRows {
  private static final Set<Prefix> WORLD = Set.of(Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0"));
  private static final Label API_SERVER =
      ReservedIdentity.KUBE_APISERVER.labels().labels().getFirst();

  /** What rows need to know of pods and nodes. */
  interface Owners {
    /** The row of an address that a pod has. */
    ClusterRecord.Address pod(AddressClaim claim);

    /** Underlay addresses of a node; empty when it is unknown. */
    List<IpAddress> underlay(String node);
  }

  private record Held(IdentityScope scope, LabelSet labels) {}

  private final AddressClaims claims;
  private final PrefixBook book;
  private final IdentityBook identities;
  private final ClusterRows rows;
  private final Owners owners;

  /** The label sets that rows have acquired, by prefix. */
  private final Map<Prefix, List<Held>> held = new HashMap<>();

  AddressRows(
      AddressClaims claims,
      PrefixBook book,
      IdentityBook identities,
      ClusterRows rows,
      Owners owners) {
    this.claims = claims;
    this.book = book;
    this.identities = identities;
    this.rows = rows;
    this.owners = owners;
  }

  /** Every prefix that anything is to be said about, without order. */
  void all(Collection<Prefix> into) {
    into.addAll(WORLD);
    into.addAll(claims.prefixes());
    into.addAll(book.prefixes());
  }

  /** Derives the row of one prefix anew. */
  void refresh(Prefix prefix, long nowMillis) {
    List<Held> taken = new ArrayList<>();
    ClusterRecord.Address row = row(prefix, taken);
    if (row == null) {
      rows.remove(ClusterRecord.Address.class, prefix.toString());
    } else {
      rows.put(row);
    }
    List<Held> before = taken.isEmpty() ? held.remove(prefix) : held.put(prefix, taken);
    if (before != null) {
      before.forEach(one -> identities.release(one.scope, one.labels, nowMillis));
    }
  }

  private ClusterRecord.Address row(Prefix prefix, List<Held> taken) {
    Optional<AddressClaim> holder = claims.holder(prefix);
    if (holder.isPresent()) {
      return switch (holder.get().claimant()) {
        case POD -> owners.pod(holder.get());
        case NODE -> node(holder.get(), taken);
        case POD_CIDR -> unmanaged(prefix, holder.get().owner(), taken);
      };
    }
    if (book.has(prefix)) {
      return claims
          .podCidrAround(prefix)
          .map(cidr -> unmanaged(prefix, cidr.owner(), taken))
          .orElseGet(() -> outside(prefix, taken));
    }
    return WORLD.contains(prefix) ? outside(prefix, taken) : null;
  }

  private ClusterRecord.Address node(AddressClaim claim, List<Held> taken) {
    Prefix prefix = claim.prefix();
    List<Label> more = insideCluster(prefix);
    int others = number(IdentityScope.NODES, ReservedIdentity.REMOTE_NODE, more, taken);
    int own = number(IdentityScope.HOSTS, ReservedIdentity.HOST, more, taken);
    return new ClusterRecord.Address(
        prefix,
        others,
        claim.owner(),
        owners.underlay(claim.owner()),
        0,
        "",
        "",
        false,
        more.isEmpty() ? 0 : own,
        "",
        "");
  }

  private ClusterRecord.Address unmanaged(Prefix prefix, String node, List<Held> taken) {
    int identity =
        number(IdentityScope.PODS, ReservedIdentity.UNMANAGED, insideCluster(prefix), taken);
    return new ClusterRecord.Address(prefix, identity, node, owners.underlay(node), 0, "", "");
  }

  private ClusterRecord.Address outside(Prefix prefix, List<Held> taken) {
    int identity =
        number(IdentityScope.PREFIXES, ReservedIdentity.WORLD, book.outside(prefix), taken);
    return new ClusterRecord.Address(prefix, identity, "", List.of(), 0, "", "");
  }

  private List<Label> insideCluster(Prefix prefix) {
    List<Label> labels = new ArrayList<>(book.everyone(List.of(prefix)));
    if (book.outside(prefix).contains(API_SERVER)) {
      labels.add(API_SERVER);
    }
    return labels;
  }

  private int number(
      IdentityScope scope, ReservedIdentity base, Collection<Label> more, List<Held> taken) {
    if (more.isEmpty()) {
      return base.number();
    }
    List<Label> all = new ArrayList<>(base.labels().labels());
    all.addAll(more);
    LabelSet labels = LabelSet.of(all);
    taken.add(new Held(scope, labels));
    return identities.acquire(scope, labels);
  }
}
