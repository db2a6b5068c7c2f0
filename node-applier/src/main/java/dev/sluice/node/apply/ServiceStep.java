package dev.sluice.node.apply;

import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbPlan;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.mirror.KernelServices;
import dev.sluice.node.mirror.Mirror;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The part of a step that is about Services. When they do not fit, nothing of them is written: what
 * the maps hold stays, and policy goes on without waiting for it.
 */
final class ServiceStep {
  /** From so many on, one pass over the maps is cheaper than a call an entry. */
  private static final int READ_ALL = 2_000;

  private final Mirror mirror;
  private final KernelServices kernel;
  private LbSizes held = LbSizes.NONE;
  private String refusal = "";

  ServiceStep(Mirror mirror, KernelServices kernel) {
    this.mirror = mirror;
    this.kernel = kernel;
  }

  /**
   * Writes what is added and changed, then removes what goes, and reads all of it back.
   *
   * @throws IllegalStateException when the kernel does not hold what was written
   */
  void run() {
    LbPlan plan = mirror.plan(kernel);
    refusal = "";
    if (!plan.fitsInto(kernel.capacity())) {
      refusal =
          "Services of revision %d need %s: those of before are kept; take some out, or raise node.service.frontends and node.service.backends"
              .formatted(mirror.place().revision(), plan.peak().beyond(kernel.capacity()));
      return;
    }
    put(plan.puts());
    remove(plan.deletes());
    mirror.servicesRealised();
    held = plan.after();
    Set<LbEntry.Target> gone = mirror.takeGone();
    if (!gone.isEmpty()) {
      kernel.endUdp(gone);
    }
  }

  /**
   * @throws StepRefused when the last run wrote nothing because it did not fit
   */
  void orThrow() {
    if (!refusal.isEmpty()) {
      throw new StepRefused(refusal);
    }
  }

  private void put(List<LbEntry> puts) {
    if (puts.isEmpty()) {
      return;
    }
    kernel.put(puts);
    Function<LbEntry.Key, LbEntry> found = reader(puts.size());
    for (LbEntry entry : puts) {
      if (!entry.equals(found.apply(entry.key()))) {
        throw new IllegalStateException(
            "the kernel holds %s, not %s".formatted(found.apply(entry.key()), entry));
      }
    }
  }

  private void remove(List<LbEntry.Key> deletes) {
    if (deletes.isEmpty()) {
      return;
    }
    kernel.remove(deletes);
    Function<LbEntry.Key, LbEntry> found = reader(deletes.size());
    for (LbEntry.Key key : deletes) {
      if (found.apply(key) != null) {
        throw new IllegalStateException("the kernel still holds " + found.apply(key));
      }
    }
  }

  /** What the kernel holds under a key; null for nothing. */
  private Function<LbEntry.Key, LbEntry> reader(int keys) {
    if (keys < READ_ALL) {
      return key -> kernel.find(key).orElse(null);
    }
    List<LbEntry> held = kernel.readBack();
    Map<LbEntry.Key, LbEntry> all = HashMap.newHashMap(held.size());
    held.forEach(entry -> all.put(entry.key(), entry));
    return all::get;
  }

  /** Entries in the maps after the last run that was not refused. */
  LbSizes held() {
    return held;
  }

  LbSizes capacity() {
    return kernel.capacity();
  }
}
