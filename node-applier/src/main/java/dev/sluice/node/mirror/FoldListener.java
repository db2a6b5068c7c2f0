package dev.sluice.node.mirror;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import java.util.List;

/** Told what enters the mirror, on the applier's thread. */
public interface FoldListener {
  FoldListener NONE = change -> {};

  /** A change whose group is whole. */
  void changed(Change<DesiredRecord> change);

  /** A number stands for this set of selectors of names. */
  default void named(int number, SelectorSet set) {}

  /** The number stands for no set any more. */
  default void unnamed(int number) {}

  /** Everything told so far is void: it comes again from the beginning. */
  default void restarted() {}

  /** One that tells several, in their order. */
  static FoldListener all(FoldListener... listeners) {
    List<FoldListener> each = List.of(listeners);
    return new FoldListener() {
      @Override
      public void changed(Change<DesiredRecord> change) {
        each.forEach(one -> one.changed(change));
      }

      @Override
      public void named(int number, SelectorSet set) {
        each.forEach(one -> one.named(number, set));
      }

      @Override
      public void unnamed(int number) {
        each.forEach(one -> one.unnamed(number));
      }

      @Override
      public void restarted() {
        each.forEach(FoldListener::restarted);
      }
    };
  }
}
