package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/** Tells what there is to say about policies that are enforced, and workloads. One fold owns it. */
final class EnforcedTelling {
  private final Compilation compilation;
  private final AcceptedPolicies accepted;
  private final Diagnostics diagnostics;
  private final PolicyWarnings warnings;
  private boolean tells = true;

  EnforcedTelling(Compilation compilation, AcceptedPolicies accepted, Diagnostics diagnostics) {
    this.compilation = compilation;
    this.accepted = accepted;
    this.diagnostics = diagnostics;
    this.warnings = new PolicyWarnings(compilation);
  }

  /** From now on it says nothing. */
  void quiet() {
    tells = false;
  }

  /** Everything, as it would be told now; for tests. */
  List<ObjectFinding> afresh() {
    List<ObjectFinding> afresh = new ArrayList<>();
    for (CompiledPolicy compiled : compilation.policies().values()) {
      ObjectKey key = compiled.policy().key();
      warnings.of(compiled.policy()).forEach(one -> afresh.add(new ObjectFinding(key, one)));
    }
    for (Workloads.Workload workload : compilation.workloads().all()) {
      WorkloadCheck.of(workload, compilation)
          .forEach(one -> afresh.add(new ObjectFinding(workload.key(), one)));
    }
    return afresh;
  }

  void workload(Workloads.Workload workload, ObjectEvent event) {
    if (!tells) {
      return;
    }
    compilation.work().add(1);
    diagnostics.replace(
        workload.key(),
        WorkloadCheck.CODES::contains,
        WorkloadCheck.of(workload, compilation),
        event,
        "");
  }

  void policy(String policy, ObjectEvent event) {
    CompiledPolicy compiled = compilation.policies().get(policy);
    compilation.work().add(1);
    if (compiled != null && tells) {
      ObjectKey key = compiled.policy().key();
      diagnostics.replace(
          key,
          PolicyWarnings.CODES::contains,
          warnings.of(compiled.policy()),
          event,
          accepted.who(key));
    }
  }
}
