package dev.sluice.policystream;

import dev.sluice.foldruntime.FoldHost;
import dev.sluice.foldruntime.FoldTopology;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import org.apache.kafka.streams.Topology;

/**
 * The topology of policy-stream:
 *
 * <pre>
 *   identities ───► identities-source ───┐                        ┌─► revisions-sink ────► revisions
 *   endpoints ────► endpoints-source ────┤                        │
 *   addresses ────► addresses-source ────┼─► policy-stream-fold ──┼─► diagnostics-sink ──► diagnostics
 *   k8s.objects ──► k8s.objects-source ──┘   (merge by position,  │
 *                                             then compile)       └─► desired-sink ──────► desired
 * </pre>
 */
final class PolicyTopology {
  private PolicyTopology() {}

  static Topology of(Settings settings, TopicSerdes serdes, FoldHost host) {
    return FoldTopology.of(settings, serdes, PolicyDerivation::new, host);
  }
}
