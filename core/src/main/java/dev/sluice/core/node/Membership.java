package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.Member;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Which identities each selector selects, both ways round, and the named ports of each. */
final class Membership {
  private final Map<String, TreeSet<Integer>> identities = new HashMap<>();
  private final Map<Integer, TreeSet<String>> selectors = new HashMap<>();

  private final NamedPorts ports = new NamedPorts();

  NamedPorts ports() {
    return ports;
  }

  void add(Member member) {
    identities.computeIfAbsent(member.selector(), s -> new TreeSet<>()).add(member.identity());
    selectors.computeIfAbsent(member.identity(), i -> new TreeSet<>()).add(member.selector());
  }

  void remove(Member member) {
    identities.computeIfPresent(member.selector(), (s, set) -> without(set, member.identity()));
    selectors.computeIfPresent(member.identity(), (i, set) -> without(set, member.selector()));
  }

  NavigableSet<Integer> selectedBy(String selector) {
    return identities.getOrDefault(selector, new TreeSet<>());
  }

  NavigableSet<String> selecting(int identity) {
    return Collections.unmodifiableNavigableSet(selectors.getOrDefault(identity, new TreeSet<>()));
  }

  private static <T> TreeSet<T> without(TreeSet<T> set, T item) {
    set.remove(item);
    return set.isEmpty() ? null : set;
  }
}
