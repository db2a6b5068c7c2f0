package dev.sluice.node;

import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.link.EndpointFiles;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;

/**
 * Removes what an applier leaves in the kernel and beside its socket when it ends, for a node that
 * goes for good. Its process must have ended. Links go with the namespaces they are in.
 */
public final class NodeTeardown {
  private NodeTeardown() {}

  /** Any number of times; what is gone is fine. */
  public static void run(Settings settings) {
    NodeDataplane.destroy(settings);
    settings
        .optional(Setting.NODE_SOCKET)
        .map(Path::of)
        .ifPresent(
            socket -> {
              EndpointFiles.beside(socket).deleteAll();
              new NodeFiles(socket).delete();
            });
  }
}
