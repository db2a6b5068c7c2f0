package dev.sluice.core.log;

import java.util.Set;
import java.util.TreeSet;

/**
 * The admission rules that every fold of the object log shares: a record at or below the position
 * has been folded already, a record of a lower writer epoch than the highest seen is a zombie's,
 * and nothing is given out before every required kind has been listed whole. It does not look at
 * the objects. Not thread safe; one fold owns it.
 */
public final class LogGate {
  /** What a fold does with a record. */
  public enum Admission {
    /** At or below the position: folded before. Nothing moves. */
    SEEN,
    /** Written by a writer that has been replaced. The position moves, nothing else does. */
    STALE,
    /** To be folded. */
    ADMITTED
  }

  /**
   * All that a gate remembers.
   *
   * @param position offset of the last record seen, -1 before the first
   * @param epoch highest writer epoch seen
   * @param base what is added to an offset to make a revision
   * @param syncedKinds kinds that have been listed whole, sorted
   */
  public record State(long position, long epoch, long base, Set<String> syncedKinds) {
    public State {
      syncedKinds = java.util.Collections.unmodifiableSet(new TreeSet<>(syncedKinds));
    }
  }

  private final Set<String> requiredKinds;
  private final TreeSet<String> syncedKinds;
  private boolean synced;
  private long position;
  private long epoch;
  private long base;

  private LogGate(Set<String> requiredKinds, State state) {
    this.requiredKinds = new TreeSet<>(requiredKinds);
    this.syncedKinds = new TreeSet<>(state.syncedKinds);
    this.position = state.position;
    this.epoch = state.epoch;
    this.base = state.base;
    this.synced = syncedKinds.containsAll(requiredKinds);
  }

  /** A gate before the first record. */
  public static LogGate closed(Set<String> requiredKinds) {
    return new LogGate(requiredKinds, new State(-1, Long.MIN_VALUE, 0, Set.of()));
  }

  public static LogGate restore(Set<String> requiredKinds, State state) {
    return new LogGate(requiredKinds, state);
  }

  /** Moves to the event and says what to do with it. */
  public Admission admit(ObjectEvent event) {
    if (event.offset() <= position) {
      return Admission.SEEN;
    }
    position = event.offset();
    if (event.epoch() < epoch) {
      return Admission.STALE;
    }
    epoch = event.epoch();
    switch (event.type()) {
      case GENESIS -> base = event.base();
      case SYNCED -> {
        syncedKinds.add(event.key().kind());
        synced = syncedKinds.containsAll(requiredKinds);
      }
      case ADDED, MODIFIED, DELETED, SYNC_STARTED, BOOKMARK -> {}
    }
    return Admission.ADMITTED;
  }

  /** Whether every required kind has been listed whole; once true it stays true. */
  public boolean synced() {
    return synced;
  }

  /** Offset of the last record seen; -1 before the first. */
  public long position() {
    return position;
  }

  /** What is added to an offset to make a revision; 0 before GENESIS. */
  public long base() {
    return base;
  }

  public State state() {
    return new State(position, epoch, base, syncedKinds);
  }
}
