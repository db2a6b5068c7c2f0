package dev.sluice.bench.fold;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.ObjectEvent;

/** Both folds in a row, as the streams and a replay have them. For one thread. */
final class FoldPair {
  private final ClusterFold cluster = ClusterFold.empty();
  private final PolicyFold policy = PolicyFold.empty();

  PolicyStep apply(ObjectEvent event) {
    return policy.apply(event, cluster.apply(event).changes());
  }

  PolicyFold policy() {
    return policy;
  }
}
