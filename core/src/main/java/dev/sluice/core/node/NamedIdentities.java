package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.Member;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Identities of sets of selectors of names, and the addresses that have them. Such an identity is a
 * member of its set's selectors, and of every selector whose member its base is. Where topic
 * desired speaks of exactly the same address, its word counts: that of the cluster's own always,
 * that of a prefix until the set is one with this prefix as its base, which then says both.
 */
final class NamedIdentities {
  private final LocalPolicies policies;
  private final WantedEntries wanted;
  private final Map<Integer, SelectorSet> sets = new HashMap<>();
  private final Map<Integer, TreeSet<Integer>> byBase = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> desired = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> learned = new HashMap<>();
  private final Set<KernelEntry.AddressKey> contested = new HashSet<>();

  NamedIdentities(LocalPolicies policies, WantedEntries wanted) {
    this.policies = policies;
    this.wanted = wanted;
  }

  void set(int number, SelectorSet set) {
    if (set.equals(sets.get(number))) {
      return;
    }
    setGone(number);
    sets.put(number, set);
    byBase.computeIfAbsent(set.base(), base -> new TreeSet<>()).add(number);
    set.selectors().forEach(selector -> policies.put(new Member(selector, number)));
    Set.copyOf(policies.selecting(set.base()))
        .forEach(selector -> policies.put(new Member(selector, number)));
    chooseAgain(number);
  }

  void setGone(int number) {
    SelectorSet old = sets.remove(number);
    if (old != null) {
      byBase.get(old.base()).remove(number);
      Set.copyOf(policies.selecting(number))
          .forEach(selector -> policies.remove(new Member(selector, number)));
      chooseAgain(number);
    }
  }

  /** A member of topic desired came: who is like it is selected too. */
  void put(Member member) {
    like(member.identity()).forEach(n -> policies.put(new Member(member.selector(), n)));
  }

  void remove(Member member) {
    for (int number : like(member.identity())) {
      if (!sets.get(number).selectors().contains(member.selector())) {
        policies.remove(new Member(member.selector(), number));
      }
    }
  }

  private Set<Integer> like(int base) {
    return byBase.getOrDefault(base, new TreeSet<>());
  }

  void put(KernelEntry.AddressEntry entry) {
    if (entry.key().prefix().isSingle()) {
      desired.put(entry.key(), entry);
      choose(entry.key());
    } else {
      wanted.put(entry);
    }
  }

  void remove(KernelEntry.AddressKey key) {
    desired.remove(key);
    choose(key);
  }

  /** What an address is to one endpoint alone; 0: what it is to all. */
  void own(int endpoint, IpAddress address, int identity) {
    KernelEntry.AddressKey key = new KernelEntry.AddressKey(address.single(), endpoint);
    if (identity == 0) {
      wanted.remove(key);
    } else {
      wanted.put(new KernelEntry.AddressEntry(key, identity, null));
    }
  }

  void learned(IpAddress address, int identity) {
    KernelEntry.AddressKey key = new KernelEntry.AddressKey(address.single());
    if (identity == 0) {
      learned.remove(key);
    } else {
      learned.put(key, new KernelEntry.AddressEntry(key, identity, null));
    }
    choose(key);
  }

  private void choose(KernelEntry.AddressKey key) {
    KernelEntry.AddressEntry own = desired.get(key);
    KernelEntry.AddressEntry named = learned.get(key);
    if (own != null && named != null) {
      contested.add(key);
      SelectorSet set = sets.get(named.identity());
      wanted.put(set != null && set.base() == own.identity() ? named : own);
      return;
    }
    contested.remove(key);
    if (own == null && named == null) {
      wanted.remove(key);
    } else {
      wanted.put(own == null ? named : own);
    }
  }

  /** What a set is like may decide about addresses of which both speak. */
  private void chooseAgain(int number) {
    List.copyOf(contested).stream()
        .filter(key -> learned.get(key).identity() == number)
        .forEach(this::choose);
  }
}
