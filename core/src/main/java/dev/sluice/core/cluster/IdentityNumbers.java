package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Numbers of one scope for label sets. The first sight of a set, in log order, gives it the next
 * number; a set keeps its number while any endpoint has it and for a grace after that, so that a
 * pod that is deleted and made again gets its number back. A number that was given up is never
 * given to another set: nobody has to be asked whether all nodes have forgotten it. When the scope
 * has no number left, new sets get none. Time is the log's.
 */
final class IdentityNumbers {
  static final long GRACE_MILLIS = 10 * 60 * 1000;

  private static final Comparator<HeldNumber> BY_RELEASE =
      Comparator.comparingLong(HeldNumber::releaseAtMillis).thenComparingInt(HeldNumber::number);

  private static final class Slot {
    private HeldNumber held;
    private int users;
  }

  private final int last;
  private final Map<LabelSet, Slot> slots = new HashMap<>();
  private final TreeSet<HeldNumber> unused = new TreeSet<>(BY_RELEASE);
  private int next;

  /** No number is to be given up before; asked with every record, of a set that may be large. */
  private long noneBeforeMillis = Long.MAX_VALUE;

  IdentityNumbers(int first, int last) {
    this.last = last;
    this.next = first;
  }

  static IdentityNumbers empty(IdentityScope scope) {
    return new IdentityNumbers(scope.first(), scope.last());
  }

  /** Puts back what {@link #held} gave; users come back by {@link #acquire}. */
  static IdentityNumbers restore(IdentityScope scope, int next, List<HeldNumber> held) {
    IdentityNumbers numbers = empty(scope);
    numbers.next = next;
    for (HeldNumber each : held) {
      Slot slot = new Slot();
      slot.held = each;
      numbers.slots.put(each.labels(), slot);
      if (each.releaseAtMillis() != HeldNumber.IN_USE) {
        numbers.leave(each);
      }
    }
    return numbers;
  }

  /** One more endpoint has these labels; empty when there is no number left for them. */
  Optional<Integer> acquire(LabelSet labels) {
    Slot slot = slots.get(labels);
    if (slot == null) {
      if (next > last) {
        return Optional.empty();
      }
      slot = new Slot();
      slot.held = new HeldNumber(next++, labels, HeldNumber.IN_USE);
      slots.put(labels, slot);
    }
    unused.remove(slot.held);
    slot.held = new HeldNumber(slot.held.number(), labels, HeldNumber.IN_USE);
    slot.users++;
    return Optional.of(slot.held.number());
  }

  /** One endpoint fewer has these labels, which may have no number. */
  void release(LabelSet labels, long nowMillis) {
    Slot slot = slots.get(labels);
    if (slot != null && --slot.users == 0) {
      slot.held = new HeldNumber(slot.held.number(), labels, nowMillis + GRACE_MILLIS);
      leave(slot.held);
    }
  }

  private void leave(HeldNumber held) {
    unused.add(held);
    noneBeforeMillis = Math.min(noneBeforeMillis, held.releaseAtMillis());
  }

  /** Gives up what has been unused for the grace; returns it. */
  List<HeldNumber> expire(long nowMillis) {
    if (nowMillis < noneBeforeMillis) {
      return List.of();
    }
    List<HeldNumber> expired = new ArrayList<>();
    while (!unused.isEmpty() && unused.first().releaseAtMillis() <= nowMillis) {
      HeldNumber held = unused.pollFirst();
      slots.remove(held.labels());
      expired.add(held);
    }
    noneBeforeMillis = unused.isEmpty() ? Long.MAX_VALUE : unused.first().releaseAtMillis();
    return expired;
  }

  Optional<Integer> number(LabelSet labels) {
    return Optional.ofNullable(slots.get(labels)).map(slot -> slot.held.number());
  }

  /** Every number in use or in its grace, by labels. */
  List<HeldNumber> held() {
    return slots.values().stream()
        .map(slot -> slot.held)
        .sorted(Comparator.comparing(HeldNumber::labels))
        .toList();
  }

  /** The number of the next new set; after the last one there is none. */
  int next() {
    return next;
  }
}
