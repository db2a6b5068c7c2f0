package dev.sluice.core.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to write into the load-balancing maps, in this order: every put, then every delete. A slot
 * or seat is filled before a frontend or a table leads there, and goes after none does any more:
 * whatever a program reads in between, it finds a backend.
 *
 * @param puts entries to add or overwrite
 * @param deletes keys that exist and go
 * @param peak entries in each map when all puts are done and no delete is
 * @param after entries in each map when the plan is done
 */
public record LbPlan(List<LbEntry> puts, List<LbEntry.Key> deletes, LbSizes peak, LbSizes after) {
  private static final int RANKS = 6;
  private static final Comparator<LbEntry.Key> ORDER =
      Comparator.<LbEntry.Key>comparingInt(LbPlan::rank).thenComparing(Object::toString);

  /** The plan that turns {@code actual} into {@code wanted}; nothing when they are equal. */
  public static LbPlan diff(
      Collection<? extends LbEntry> actual, Collection<? extends LbEntry> wanted) {
    Map<LbEntry.Key, LbEntry> rest = new HashMap<>();
    LbSizes peak = LbSizes.NONE;
    for (LbEntry entry : actual) {
      rest.put(entry.key(), entry);
      peak = peak.plus(entry.key(), 1);
    }
    LbSizes after = LbSizes.NONE;
    List<LbEntry> puts = new ArrayList<>();
    for (LbEntry entry : wanted) {
      LbEntry held = rest.remove(entry.key());
      if (!entry.equals(held)) {
        puts.add(entry);
        peak = held == null ? peak.plus(entry.key(), 1) : peak;
      }
      after = after.plus(entry.key(), 1);
    }
    return ordered(puts, new ArrayList<>(rest.keySet()), peak, after);
  }

  /** Sorts the deletes in place. */
  static LbPlan ordered(
      Collection<LbEntry> puts, List<LbEntry.Key> deletes, LbSizes peak, LbSizes after) {
    deletes.sort(ORDER.reversed());
    return new LbPlan(byRank(puts), List.copyOf(deletes), peak, after);
  }

  /** A first plan has all entries of a cluster, of few ranks: comparing them takes longer. */
  private static List<LbEntry> byRank(Collection<LbEntry> puts) {
    List<List<LbEntry>> ranks = new ArrayList<>();
    for (int rank = 0; rank < RANKS; rank++) {
      ranks.add(new ArrayList<>());
    }
    for (LbEntry entry : puts) {
      ranks.get(rank(entry.key())).add(entry);
    }
    List<LbEntry> ordered = new ArrayList<>(puts.size());
    ranks.forEach(ordered::addAll);
    return Collections.unmodifiableList(ordered);
  }

  private static int rank(LbEntry.Key key) {
    return switch (key) {
      case LbEntry.SlotKey unused -> 0;
      case LbEntry.SeatKey unused -> 1;
      case LbEntry.MemberKey unused -> 2;
      case LbEntry.RangeKey unused -> 3;
      case LbEntry.TableKey unused -> 4;
      case LbEntry.FrontendKey unused -> 5;
    };
  }

  public boolean isEmpty() {
    return puts.isEmpty() && deletes.isEmpty();
  }

  /** Whether no map would overflow; else the plan must be refused whole. */
  public boolean fitsInto(LbSizes capacity) {
    return peak.fitsInto(capacity);
  }
}
