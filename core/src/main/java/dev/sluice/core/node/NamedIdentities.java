package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.Member;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Identities of sets of selectors of names, and the addresses that have them. Such an identity is a
 * member of its set's selectors, and of every selector whose member its base is. Where topic
 * desired speaks of exactly the same address, its word counts: that of the cluster's own always,
 * that of a prefix until the set is one with this prefix as its base, which then says both.
 *
 * <p>A set for which {@link NameRoom} finds no room is no member of anything, and no address has
 * it: what would be allowed by its names is not, and what holds for its base holds.
 */
final class NamedIdentities {
  private final LocalPolicies policies;
  private final WantedEntries wanted;
  private final NameRoom room = new NameRoom();
  private final TreeMap<Integer, SelectorSet> sets = new TreeMap<>();
  private final Map<Integer, TreeSet<Integer>> byBase = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> desired = new HashMap<>();
  private final Map<KernelEntry.AddressKey, KernelEntry.AddressEntry> learned = new HashMap<>();
  private final Set<KernelEntry.AddressKey> contested = new HashSet<>();
  private SortedMap<Integer, NoRoom> without = Collections.emptySortedMap();
  private boolean otherRoom;

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
    selecting(set).forEach(selector -> policies.put(new Member(selector, number)));
    chooseAgain(number);
  }

  private Set<String> selecting(SelectorSet set) {
    Set<String> selecting = new TreeSet<>(policies.selecting(set.base()));
    selecting.addAll(set.selectors());
    return selecting;
  }

  void setGone(int number) {
    SelectorSet old = sets.remove(number);
    if (old != null) {
      byBase.get(old.base()).remove(number);
      selectNoMore(number);
      if (without.containsKey(number)) {
        TreeMap<Integer, NoRoom> others = new TreeMap<>(without);
        others.remove(number);
        without = Collections.unmodifiableSortedMap(others);
        otherRoom = true; // those after it may have room now
        chooseWith(number);
      }
      chooseAgain(number);
    }
  }

  private void selectNoMore(int number) {
    Set.copyOf(policies.selecting(number))
        .forEach(selector -> policies.remove(new Member(selector, number)));
  }

  /** How many entries one subject may have. */
  void roomOfEach(int entries) {
    otherRoom |= room.each(entries);
  }

  /** How many entries the node's map holds. */
  void roomOfAll(int entries) {
    otherRoom |= room.all(entries);
  }

  /** Why sets are left out, by number, as of the last {@link #settle}; a value. */
  SortedMap<Integer, NoRoom> without() {
    return without;
  }

  /**
   * Brings the wanted entries up to date, with the sets for which there is room. As long as there
   * is room for everything that costs no more than what changed.
   */
  void settle() {
    boolean changed = policies.flush() | otherRoom;
    otherRoom = false;
    if (!changed || (without.isEmpty() && room.holds(policies.subjects()))) {
      return;
    }
    TreeMap<Integer, Set<String>> selecting = new TreeMap<>();
    sets.forEach((number, set) -> selecting.put(number, selecting(set)));
    SortedMap<Integer, NoRoom> before = without;
    without = Collections.unmodifiableSortedMap(room.without(policies.subjects(), selecting));
    TreeSet<Integer> others = new TreeSet<>(before.keySet());
    others.addAll(without.keySet());
    for (int number : others) {
      if (!without.containsKey(number)) {
        selecting.get(number).forEach(selector -> policies.put(new Member(selector, number)));
        chooseWith(number);
      } else if (!before.containsKey(number)) {
        selectNoMore(number);
        chooseWith(number);
      }
    }
    policies.flush();
  }

  private void chooseWith(int number) {
    List.copyOf(learned.values()).stream()
        .filter(entry -> entry.identity() == number)
        .forEach(entry -> choose(entry.key()));
  }

  /** A member of topic desired came: who is like it is selected too. */
  void put(Member member) {
    like(member.identity()).stream()
        .filter(number -> !without.containsKey(number))
        .forEach(number -> policies.put(new Member(member.selector(), number)));
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
    learned(new KernelEntry.AddressKey(address.single(), endpoint), identity);
  }

  void learned(IpAddress address, int identity) {
    learned(new KernelEntry.AddressKey(address.single()), identity);
  }

  private void learned(KernelEntry.AddressKey key, int identity) {
    if (identity == 0) {
      learned.remove(key);
    } else {
      learned.put(key, new KernelEntry.AddressEntry(key, identity, null));
    }
    choose(key);
  }

  private void choose(KernelEntry.AddressKey key) {
    KernelEntry.AddressEntry own = desired.get(key);
    KernelEntry.AddressEntry known = learned.get(key);
    KernelEntry.AddressEntry named =
        known == null || without.containsKey(known.identity()) ? null : known;
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
