package dev.sluice.policystream;

import dev.sluice.foldruntime.StreamProcess;
import dev.sluice.schemas.config.ProcessLife;

/**
 * The process {@code policy-stream}. Any number of instances may run, each with a {@code state.dir}
 * of its own: one works, the others stand by.
 */
public final class PolicyStreamMain {
  private PolicyStreamMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run(
        PolicyDerivation.NAME,
        arguments,
        (settings, life) ->
            StreamProcess.start(settings, life, PolicyDerivation::new, PolicyTopology::of));
  }
}
