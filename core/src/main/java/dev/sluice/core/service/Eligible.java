package dev.sluice.core.service;

import dev.sluice.core.desired.ServiceRow.Backend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which backends of a group new connections may use, as kube-proxy decides it (KEP-1669, KEP-2433,
 * KEP-3015):
 *
 * <ol>
 *   <li>with traffic policy Local only those of this node; else all;
 *   <li>of these the ready ones; when there is none, those that terminate and still serve;
 *   <li>without Local, of the ready ones those meant for this node, else those meant for its zone,
 *       provided that every one of them says whom it is meant for and at least one is meant for it.
 * </ol>
 *
 * <p>Asked for every group when a node loads them all, in code that ran never before: hence loops.
 */
final class Eligible {
  private Eligible() {}

  /**
   * @param node this node's name
   * @param zone its zone; empty when it has none
   */
  static List<Backend> of(Collection<Backend> group, boolean local, String node, String zone) {
    List<Backend> all =
        local ? keep(group, backend -> backend.node().equals(node)) : List.copyOf(group);
    List<Backend> ready = keep(all, Backend::ready);
    if (ready.isEmpty()) {
      return all;
    }
    if (local) {
      return ready;
    }
    List<Backend> near = meantFor(ready, Backend::nodes, node);
    return near.isEmpty() ? orAll(meantFor(ready, Backend::zones, zone), ready) : near;
  }

  private static List<Backend> meantFor(
      List<Backend> ready, Function<Backend, List<String>> hints, String name) {
    List<Backend> meant = new ArrayList<>();
    for (Backend backend : ready) {
      List<String> whom = hints.apply(backend);
      if (whom.isEmpty()) {
        return List.of(); // not every one says it
      }
      if (!name.isEmpty() && whom.contains(name)) {
        meant.add(backend);
      }
    }
    return meant;
  }

  private static List<Backend> orAll(List<Backend> some, List<Backend> all) {
    return some.isEmpty() ? all : some;
  }

  private static List<Backend> keep(Collection<Backend> all, Predicate<Backend> which) {
    List<Backend> kept = new ArrayList<>(all.size());
    for (Backend backend : all) {
      if (which.test(backend)) {
        kept.add(backend);
      }
    }
    return kept;
  }
}
