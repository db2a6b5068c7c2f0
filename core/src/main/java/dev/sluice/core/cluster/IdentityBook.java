package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The numbers of all scopes, and the rows that say what they mean. Whoever has a label set acquires
 * it and releases it again; reserved sets have their fixed numbers and need neither.
 */
final class IdentityBook {
  /**
   * What somebody has when all numbers of the scope have been given: no policy is compiled for it,
   * so it is closed, and no rule allows it by its labels.
   */
  private static final int NO_NUMBER = ReservedIdentity.INIT.number();

  private final Map<IdentityScope, IdentityNumbers> scopes = new EnumMap<>(IdentityScope.class);
  private final ClusterRows rows;

  IdentityBook(ClusterRows rows) {
    this(rows, new TreeMap<>(), List.of());
  }

  /** Puts back what {@link #next} and {@link #held} gave. */
  IdentityBook(ClusterRows rows, SortedMap<IdentityScope, Integer> next, List<HeldNumber> held) {
    this.rows = rows;
    for (IdentityScope scope : IdentityScope.values()) {
      if (scope != IdentityScope.RESERVED) {
        List<HeldNumber> own = held.stream().filter(each -> scope.has(each.number())).toList();
        scopes.put(
            scope, IdentityNumbers.restore(scope, next.getOrDefault(scope, scope.first()), own));
      }
    }
  }

  /** One more has these labels; returns their number. */
  int acquire(IdentityScope scope, LabelSet labels) {
    IdentityNumbers numbers = scopes.get(scope);
    boolean known = numbers.number(labels).isPresent(); // so its row is there
    Optional<Integer> number = numbers.acquire(labels);
    if (!known && number.isPresent()) {
      rows.put(new ClusterRecord.Identity(number.get(), labels));
    }
    return number.orElse(NO_NUMBER);
  }

  /** One fewer has these labels. */
  void release(IdentityScope scope, LabelSet labels, long nowMillis) {
    scopes.get(scope).release(labels, nowMillis);
  }

  /** The number of labels that somebody has. */
  int number(IdentityScope scope, LabelSet labels) {
    return scopes.get(scope).number(labels).orElse(NO_NUMBER);
  }

  /** Gives up the numbers whose grace is over. */
  void expire(long nowMillis) {
    for (IdentityNumbers numbers : scopes.values()) {
      for (HeldNumber held : numbers.expire(nowMillis)) {
        rows.remove(ClusterRecord.Identity.class, held.labels().canonical());
      }
    }
  }

  /** Writes the rows of all that is reserved or held. */
  void write() {
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved != ReservedIdentity.UNKNOWN) {
        rows.put(new ClusterRecord.Identity(reserved.number(), reserved.labels()));
      }
    }
    held().forEach(held -> rows.put(new ClusterRecord.Identity(held.number(), held.labels())));
  }

  /** Every number in use or in its grace, by labels. */
  List<HeldNumber> held() {
    List<HeldNumber> held = new ArrayList<>();
    scopes.values().forEach(numbers -> held.addAll(numbers.held()));
    held.sort(Comparator.comparing(HeldNumber::labels));
    return held;
  }

  /** The number to try first in each scope. */
  SortedMap<IdentityScope, Integer> next() {
    SortedMap<IdentityScope, Integer> next = new TreeMap<>();
    scopes.forEach((scope, numbers) -> next.put(scope, numbers.next()));
    return next;
  }
}
