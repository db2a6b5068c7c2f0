package dev.sluice.core.cluster;

import dev.sluice.core.net.Prefix;
import dev.sluice.core.net.PrefixMap;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Who has which address, when several say so at once: a pod that is gone but not yet deleted and
 * the one that got its address, two pods with one pinned address. The strongest claim holds; when
 * it is withdrawn the next one does.
 */
final class AddressClaims {
  private final PrefixMap<TreeSet<AddressClaim>> claims = new PrefixMap<>();

  /** Adds a claim; one that the owner has already keeps its place in the log. */
  void claim(AddressClaim claim) {
    TreeSet<AddressClaim> held = claims.get(claim.prefix());
    if (held == null) {
      held = new TreeSet<>(AddressClaim.STRENGTH);
      claims.put(claim.prefix(), held);
    }
    for (AddressClaim other : held) {
      if (sameOwner(other, claim.claimant(), claim.owner())) {
        return;
      }
    }
    held.add(claim);
  }

  void withdraw(Prefix prefix, AddressClaim.Claimant claimant, String owner) {
    TreeSet<AddressClaim> held = claims.get(prefix);
    if (held != null && held.removeIf(claim -> sameOwner(claim, claimant, owner))) {
      if (held.isEmpty()) {
        claims.remove(prefix);
      }
    }
  }

  /** The claim that holds. */
  Optional<AddressClaim> holder(Prefix prefix) {
    return Optional.ofNullable(claims.get(prefix)).map(TreeSet::last);
  }

  Collection<Prefix> prefixes() {
    return claims.prefixes();
  }

  /** The narrowest prefix of a node's pods' addresses that contains this one. */
  Optional<AddressClaim> podCidrAround(Prefix prefix) {
    return claims.covering(prefix).reversed().stream()
        .flatMap(entry -> entry.getValue().reversed().stream())
        .filter(claim -> claim.claimant() == AddressClaim.Claimant.POD_CIDR)
        .findFirst();
  }

  /** All claims on what lies inside a prefix, by prefix. */
  List<AddressClaim> inside(Prefix prefix) {
    return claims.inside(prefix).stream().flatMap(entry -> entry.getValue().stream()).toList();
  }

  /** All claims, by prefix, the weakest first. */
  List<AddressClaim> all() {
    return claims.prefixes().stream().flatMap(prefix -> claims.get(prefix).stream()).toList();
  }

  private static boolean sameOwner(
      AddressClaim claim, AddressClaim.Claimant claimant, String owner) {
    return claim.claimant() == claimant && claim.owner().equals(owner);
  }
}
