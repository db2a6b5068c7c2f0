package dev.sluice.node.kernel;

import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.node.bpf.BpfIterator;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.BpfObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends UDP sockets that are connected to backends that are gone, in every network namespace of the
 * node, on a thread of its own: there may be many namespaces. Thread-safe.
 */
final class UdpSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSockets.class);
  private static final String PROGRAM = "slc_end_udp";

  private final BpfObject object;
  private final BpfMap gone;
  private final Path node;
  private final Map<Integer, Path> pods = new ConcurrentHashMap<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("end-udp").factory());

  /**
   * @param node the node's network namespace; null: the process' own
   */
  UdpSockets(BpfObject object, BpfMap gone, Path node) {
    this.object = object;
    this.gone = gone;
    this.node = node;
  }

  /** A pod's namespace, by the interface of its link. */
  void own(int hostInterface, Path netns) {
    pods.put(hostInterface, netns);
  }

  void disown(int hostInterface) {
    pods.remove(hostInterface);
  }

  /**
   * @param then what else is to be done about them, on the same thread
   */
  void end(Set<Target> backends, Runnable then) {
    List<byte[]> keys = backends.stream().map(LbCodec::key).toList();
    thread.execute(
        () -> {
          for (int from = 0; from < keys.size(); from += gone.maxEntries()) {
            run(keys.subList(from, Math.min(keys.size(), from + gone.maxEntries())));
          }
          then.run();
        });
  }

  private void run(List<byte[]> keys) {
    try {
      keys.forEach(key -> gone.update(key, new byte[4]));
      namespaces().forEach(this::visit);
      keys.forEach(gone::delete);
    } catch (RuntimeException e) {
      LOG.warn("UDP sockets of backends that are gone were not ended: {}", e.getMessage());
    }
  }

  private Collection<Path> namespaces() {
    List<Path> all = new ArrayList<>(pods.values());
    all.add(node);
    return all;
  }

  private void visit(Path netns) {
    try {
      BpfIterator.run(object.programFd(PROGRAM), netns);
    } catch (RuntimeException e) {
      // The others' are ended all the same.
      if (netns == null || Files.exists(netns)) {
        LOG.warn("UDP sockets of {} were not ended: {}", netns, e.getMessage());
      } else {
        LOG.debug("{} went while its sockets were looked at", netns);
      }
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
