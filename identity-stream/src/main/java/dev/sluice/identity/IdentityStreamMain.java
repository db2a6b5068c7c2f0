package dev.sluice.identity;

import dev.sluice.foldruntime.StreamProcess;
import dev.sluice.identity.names.NamesStream;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.serde.TopicSerdes;

/**
 * The process {@code identity-stream}. Any number of instances may run, each with a {@code
 * state.dir} of its own: one works, the others stand by.
 */
public final class IdentityStreamMain {
  private IdentityStreamMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run(
        IdentityDerivation.NAME,
        arguments,
        (settings, life) -> {
          StreamProcess.start(
              settings, life, () -> new IdentityDerivation(settings), IdentityTopology::of);
          life.closing(
              new NamesStream(settings, life.closing(TopicSerdes.connect(settings)), life::fail)
                  .start());
        });
  }
}
