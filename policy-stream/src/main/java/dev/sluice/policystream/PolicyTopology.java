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
 *   identities ───► identities-source ───┐
 *   endpoints ────► endpoints-source ────┤                        ┌─► revisions-sink ────► revisions
 *   addresses ────► addresses-source ────┤                        │
 *   k8s.objects ──► k8s.objects-source ──┼─► policy-stream-fold ──┼─► diagnostics-sink ──► diagnostics
 *   revisions ────► revisions-source ────┤   (merge by position,  │
 *   diagnostics ──► diagnostics-source ──┤    then compile)       └─► desired-sink ──────► desired
 *   desired ──────► desired-source ──────┘
 *                   (read back, to be repaired)
 * </pre>
 */
final class PolicyTopology {
  private PolicyTopology() {}

  static Topology of(Settings settings, TopicSerdes serdes, FoldHost host) {
    return FoldTopology.of(settings, serdes, PolicyDerivation::new, host);
  }
}
