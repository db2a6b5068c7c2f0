package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.Member;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Identities of sets of selectors of names, and the addresses that have them. Such an identity is a
 * member of its set's selectors, and of every selector whose member its base is. Of one address the
 * cluster's own word counts, and the names' only where there is none.
 */
final class NamedIdentities {
  private final LocalPolicies policies;
  private final WantedEntries wanted;
  private final Map<Integer, SelectorSet> sets = new HashMap<>();
  private final Map<Integer, TreeSet<Integer>> byBase = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> desired = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> learned = new HashMap<>();

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
  }

  void setGone(int number) {
    SelectorSet old = sets.remove(number);
    if (old != null) {
      byBase.get(old.base()).remove(number);
      Set.copyOf(policies.selecting(number))
          .forEach(selector -> policies.remove(new Member(selector, number)));
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
    }
    wanted.put(entry);
  }

  void remove(KernelEntry.AddressKey key) {
    desired.remove(key);
    KernelEntry.AddressEntry by = learned.get(key);
    if (by == null) {
      wanted.remove(key);
    } else {
      wanted.put(by);
    }
  }

  void learned(IpAddress address, int identity) {
    KernelEntry.AddressKey key = new KernelEntry.AddressKey(address.single());
    if (identity == 0) {
      learned.remove(key);
      if (!desired.containsKey(key)) {
        wanted.remove(key);
      }
    } else {
      KernelEntry.AddressEntry entry = new KernelEntry.AddressEntry(key, identity, null);
      learned.put(key, entry);
      if (!desired.containsKey(key)) {
        wanted.put(entry);
      }
    }
  }
}
