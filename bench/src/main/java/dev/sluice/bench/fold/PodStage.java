package dev.sluice.bench.fold;

/** What the records of one pod's life say, in their order. */
enum PodStage {
  PENDING,
  SCHEDULED,
  CREATING,
  STARTED,
  READY,
  LEAVING,
  STOPPED,
  GONE;

  boolean isScheduled() {
    return this != PENDING;
  }

  boolean hasAddress() {
    return ordinal() >= STARTED.ordinal();
  }

  boolean isLeaving() {
    return ordinal() >= LEAVING.ordinal();
  }

  /** The next one; after the last the pod comes anew. */
  PodStage next() {
    return values()[(ordinal() + 1) % values().length];
  }
}
