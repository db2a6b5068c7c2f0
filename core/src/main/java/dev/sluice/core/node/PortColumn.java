package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rulings of one protocol over all ports: constant from each key of {@code pieces} to the next.
 *
 * @param background the ruling where no rule names ports
 * @param pieces by first port; the first key is 0
 */
record PortColumn(Ruling background, TreeMap<Integer, Ruling> pieces) {
  static final int LAST_PORT = 65535;

  /**
   * @param rules those that apply to this protocol
   */
  static PortColumn of(DirectionPolicy policy, List<CompiledRule> rules) {
    TreeMap<Integer, List<CompiledRule>> begin = new TreeMap<>();
    TreeMap<Integer, List<CompiledRule>> end = new TreeMap<>();
    List<CompiledRule> active = new ArrayList<>();
    for (CompiledRule rule : rules) {
      if (namesNoPorts(rule)) {
        active.add(rule);
      } else {
        begin.computeIfAbsent(rule.portFirst(), port -> new ArrayList<>()).add(rule);
        end.computeIfAbsent(rule.portLast() + 1, port -> new ArrayList<>()).add(rule);
      }
    }
    Ruling background = Ruling.of(policy, active);
    TreeSet<Integer> cuts = new TreeSet<>(begin.keySet());
    cuts.addAll(end.headMap(LAST_PORT + 1).keySet());
    TreeMap<Integer, Ruling> pieces = new TreeMap<>(Map.of(0, background));
    int portless = active.size();
    for (int port : cuts) {
      end.getOrDefault(port, List.of()).forEach(active::remove);
      active.addAll(begin.getOrDefault(port, List.of()));
      Ruling ruling = active.size() == portless ? background : Ruling.of(policy, active);
      Ruling before = pieces.lastEntry().getValue();
      if (port == 0 || !ruling.equals(before)) {
        pieces.put(port, ruling);
      }
    }
    return new PortColumn(background, pieces);
  }

  static boolean namesNoPorts(CompiledRule rule) {
    return rule.portFirst() == 0 && rule.portLast() == LAST_PORT;
  }

  Ruling at(int port) {
    return pieces.floorEntry(port).getValue();
  }

  /** A run of ports with one ruling, both ends included. */
  record Run(int first, int last, Ruling ruling) {}

  /** The runs that are not ruled as the background is. */
  List<Run> exceptions() {
    return runs(pieces.navigableKeySet()).stream()
        .filter(run -> !run.ruling.equals(background))
        .toList();
  }

  /** The runs that the other column rules otherwise. */
  List<Run> differences(PortColumn other) {
    TreeSet<Integer> cuts = new TreeSet<>(pieces.keySet());
    cuts.addAll(other.pieces.keySet());
    return runs(cuts).stream().filter(run -> !run.ruling.equals(other.at(run.first))).toList();
  }

  private List<Run> runs(Iterable<Integer> cuts) {
    List<Run> runs = new ArrayList<>();
    Integer first = null;
    for (int cut : cuts) {
      if (first != null) {
        runs.add(new Run(first, cut - 1, at(first)));
      }
      first = cut;
    }
    runs.add(new Run(first, LAST_PORT, at(first)));
    return runs;
  }
}
