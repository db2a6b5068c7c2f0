package dev.sluice.node.mirror;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;

/** Told what enters the mirror, on the applier's thread. */
public interface FoldListener {
  /** A change whose group is whole. */
  void changed(Change<DesiredRecord> change);

  /** Everything told so far is void: it comes again from the beginning. */
  default void restarted() {}
}
