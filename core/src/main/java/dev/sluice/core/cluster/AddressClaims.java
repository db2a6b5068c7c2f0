package dev.sluice.core.cluster;

import dev.sluice.core.net.Prefix;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who has which address, when several say so at once: a pod that is gone but not yet deleted and
 * the one that got its address, two pods with one pinned address. The strongest claim holds; when
 * it is withdrawn the next one does.
 */
final class AddressClaims {
  private final TreeMap<Prefix, TreeSet<AddressClaim>> claims = new TreeMap<>();

  /** Adds a claim; one that the owner has already keeps its place in the log. */
  void claim(AddressClaim claim) {
    TreeSet<AddressClaim> held =
        claims.computeIfAbsent(claim.prefix(), p -> new TreeSet<>(AddressClaim.STRENGTH));
    if (held.stream().noneMatch(other -> sameOwner(other, claim.claimant(), claim.owner()))) {
      held.add(claim);
    }
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
    return claims.keySet();
  }

  /** All claims, by prefix, the weakest first. */
  List<AddressClaim> all() {
    return claims.values().stream().flatMap(Collection::stream).toList();
  }

  private static boolean sameOwner(
      AddressClaim claim, AddressClaim.Claimant claimant, String owner) {
    return claim.claimant() == claimant && claim.owner().equals(owner);
  }
}
