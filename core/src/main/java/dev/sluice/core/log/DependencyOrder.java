package dev.sluice.core.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which the changes of one step are given out: additions by kind, so that a record
 * comes after those it refers to, then removals in reverse; of one kind by key. It says nothing
 * about which changes belong to a step.
 *
 * @param <T> the sealed family of values
 */
public final class DependencyOrder<T> {
  private final Comparator<Change<T>> order;

  /**
   * @param kinds a later one may refer to an earlier one
   */
  public DependencyOrder(List<? extends Class<? extends T>> kinds) {
    List<Class<? extends T>> ranked = List.copyOf(kinds);
    this.order =
        (one, other) -> {
          int byKind =
              one.kind() == other.kind()
                  ? 0
                  : Integer.compare(ranked.indexOf(one.kind()), ranked.indexOf(other.kind()));
          return byKind != 0 ? byKind : one.key().compareTo(other.key());
        };
  }

  /** The same changes, ordered. */
  public List<Change<T>> sort(Collection<Change<T>> changes) {
    List<Change<T>> additions = new ArrayList<>();
    List<Change<T>> removals = new ArrayList<>();
    changes.forEach(change -> (change.isRemoval() ? removals : additions).add(change));
    additions.sort(order);
    removals.sort(order.reversed());
    additions.addAll(removals);
    return List.copyOf(additions);
  }
}
