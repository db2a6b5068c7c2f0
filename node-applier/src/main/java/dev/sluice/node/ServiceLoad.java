package dev.sluice.node;

import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.mirror.FoldListener;
import dev.sluice.node.topic.DesiredFollower;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long a node with empty maps takes to mirror a cluster's Services from topic desired, for
 * measuring: an applier with a dataplane of its own, without interfaces or pods. Needs root; leaves
 * nothing behind.
 */
public final class ServiceLoad {
  private static final long LONGEST_SECONDS = 120;

  private ServiceLoad() {}

  /**
   * Milliseconds from before the topic is opened until the kernel was read back.
   *
   * @param settings with the brokers and the registry; those of the node do not matter
   * @param frontends how many the kernel must have then, at least
   */
  public static double millis(Settings settings, int frontends) throws Exception {
    Settings own =
        settings
            .with(Setting.NODE_NAME, "service-load")
            .with(
                Setting.NODE_BPF_PATH,
                "/sys/fs/bpf/sluice/v1/slcload" + ProcessHandle.current().pid());
    NodeDataplane dataplane = NodeDataplane.open(own);
    try (TopicSerdes serdes = TopicSerdes.connect(own)) {
      return millis(own, serdes, dataplane, frontends);
    } finally {
      dataplane.close();
      NodeDataplane.destroy(own);
    }
  }

  private static double millis(
      Settings settings, TopicSerdes serdes, NodeDataplane dataplane, int frontends)
      throws Exception {
    DataplaneMaps maps = new DataplaneMaps(dataplane);
    Applier applier =
        new Applier(
            settings.text(Setting.NODE_NAME),
            maps,
            dataplane.services(),
            new DataplaneEndpoints(dataplane),
            (before, after) -> {},
            FoldListener.all());
    CompletableFuture<Long> loaded = new CompletableFuture<>();
    Runnable stepped =
        () -> {
          if (applier.view().heldServices().frontends() >= frontends) {
            loaded.complete(System.nanoTime());
          }
        };
    try (ApplierThread thread =
            new ApplierThread(applier, maps, stepped, loaded::completeExceptionally).start();
        DesiredFollower follower =
            new DesiredFollower(
                settings, serdes, thread, () -> {}, loaded::completeExceptionally)) {
      long begun = System.nanoTime();
      follower.start();
      return (loaded.get(LONGEST_SECONDS, TimeUnit.SECONDS) - begun) / 1e6;
    }
  }
}
