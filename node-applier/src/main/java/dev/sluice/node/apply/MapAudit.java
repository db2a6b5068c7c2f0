package dev.sluice.node.apply;

import dev.sluice.core.node.MapPlan;
import dev.sluice.core.service.LbPlan;
import dev.sluice.node.bpf.Background;
import dev.sluice.node.mirror.KernelMaps;
import dev.sluice.node.mirror.KernelServices;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the kernel holds what it should, beside the applier's thread: over a hundred
 * thousand addresses, or the backends of ten thousand Services, it takes longer than an answer to a
 * pod may wait. What changes meanwhile differs in one look; only what differs in two is the
 * applier's business, which then compares and repairs by itself. What was refused for want of room
 * is not missed.
 */
final class MapAudit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MapAudit.class);

  private final ApplierThread applier;
  private final KernelMaps maps;
  private final KernelServices services;
  private final Duration patience;
  private Thread looking;

  /**
   * @param patience how long {@link #close} waits
   */
  MapAudit(ApplierThread applier, KernelMaps maps, KernelServices services, Duration patience) {
    this.applier = applier;
    this.maps = maps;
    this.services = services;
    this.patience = patience;
  }

  /** Begins to look, unless the last look goes on. On the applier's thread. */
  void begin() {
    if (looking == null || !looking.isAlive()) {
      looking = Thread.ofPlatform().daemon().name("audit").start(this::look);
    }
  }

  private void look() {
    Background.enter(); // not at the level of the thread that started it
    try {
      Set<Object> wrong = differing();
      if (!wrong.isEmpty()) {
        wrong.retainAll(differing());
      }
      if (!wrong.isEmpty()) {
        LOG.warn("the kernel's maps are not what they should be: {}", first(wrong));
        applier.ask(
            target -> {
              target.audit();
              return true;
            });
      }
    } catch (CompletionException | CancellationException e) {
      LOG.debug("the node is left while its maps are looked at", e);
    } catch (RuntimeException e) {
      LOG.warn("the kernel's maps cannot be looked at: {}", e.getMessage());
    }
  }

  /** Keys of entries, of policy and of Services. */
  private Set<Object> differing() {
    Set<Object> keys = new HashSet<>();
    applier
        .ask(Applier::held)
        .join()
        .ifPresent(
            held -> {
              MapPlan plan = MapPlan.diff(maps.readBack(), held);
              keys.addAll(plan.deletes());
              plan.puts().forEach(entry -> keys.add(entry.key()));
            });
    applier
        .ask(Applier::heldServices)
        .join()
        .ifPresent(
            held -> {
              LbPlan plan = LbPlan.diff(services.readBack(), held);
              keys.addAll(plan.deletes());
              plan.puts().forEach(entry -> keys.add(entry.key()));
            });
    return keys;
  }

  private static String first(Set<Object> keys) {
    return keys.iterator().next() + (keys.size() == 1 ? "" : " and " + (keys.size() - 1) + " more");
  }

  /**
   * Waits for the look that goes on; the maps may be closed then.
   *
   * @throws StillAtWorkException when it does not end
   */
  @Override
  public void close() throws InterruptedException {
    if (looking != null) {
      StillAtWorkException.await(looking, patience);
    }
  }
}
