package dev.sluice.identity;

import dev.sluice.foldruntime.FoldHost;
import dev.sluice.foldruntime.FoldTopology;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import org.apache.kafka.streams.Topology;

/**
 * The topology of identity-stream:
 *
 * <pre>
 *                                                                 ┌─► identities-sink ──► identities
 *                                                                 │
 *   k8s.objects ──► k8s.objects-source ──► identity-stream-fold ──┼─► endpoints-sink ───► endpoints
 *                                                                 │
 *                                                                 └─► addresses-sink ───► addresses
 * </pre>
 */
final class IdentityTopology {
  private IdentityTopology() {}

  static Topology of(Settings settings, TopicSerdes serdes, FoldHost host) {
    return FoldTopology.of(settings, serdes, () -> new IdentityDerivation(settings), host);
  }
}
