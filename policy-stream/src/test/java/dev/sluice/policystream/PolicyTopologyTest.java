package dev.sluice.policystream;

import dev.sluice.foldruntime.DrawnTopology;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The topology, as people drew it. A change of names would cut a running stream's offsets off. */
class PolicyTopologyTest {
  @Test
  void isTheOneThatWasDrawn() throws IOException {
    DrawnTopology.assertDrawn(getClass(), PolicyTopology::of);
  }
}
