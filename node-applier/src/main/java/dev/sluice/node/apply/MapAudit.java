package dev.sluice.node.apply;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapPlan;
import dev.sluice.node.mirror.KernelMaps;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the kernel holds what it should, beside the applier's thread: over a hundred
 * thousand addresses it takes longer than an answer to a pod may wait. What changes meanwhile
 * differs in one look; only what differs in two is the applier's business, which then compares and
 * repairs by itself.
 */
final class MapAudit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MapAudit.class);

  private final ApplierThread applier;
  private final KernelMaps maps;
  private Thread looking;

  MapAudit(ApplierThread applier, KernelMaps maps) {
    this.applier = applier;
    this.maps = maps;
  }

  /** Begins to look, unless the last look goes on. On the applier's thread. */
  void begin() {
    if (looking == null || !looking.isAlive()) {
      looking = Thread.ofPlatform().daemon().name("audit").start(this::look);
    }
  }

  private void look() {
    try {
      Set<KernelEntry.Key> wrong = differing();
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

  private Set<KernelEntry.Key> differing() {
    Optional<List<KernelEntry>> wanted = applier.ask(Applier::wanted).join();
    if (wanted.isEmpty()) {
      return new HashSet<>();
    }
    MapPlan plan = MapPlan.diff(maps.readBack(), wanted.get());
    Set<KernelEntry.Key> keys = new HashSet<>(plan.deletes());
    plan.puts().forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  private static String first(Set<KernelEntry.Key> keys) {
    return keys.iterator().next() + (keys.size() == 1 ? "" : " and " + (keys.size() - 1) + " more");
  }

  /** Waits for the look that goes on; the maps may be closed then. */
  @Override
  public void close() throws InterruptedException {
    if (looking != null) {
      looking.join(Duration.ofSeconds(10));
    }
  }
}
