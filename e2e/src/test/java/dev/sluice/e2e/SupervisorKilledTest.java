package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lab.LabFiles;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** kill -9 of {@code lab up}: the pods' traffic goes on, and {@code lab down} ends all of it. */
@RequiresKernel
class SupervisorKilledTest {
  @Test
  void downEndsWhatAKilledSupervisorLeft() throws IOException {
    try (Lab lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.server("backend", "backend", "node-1", "")
                + Manifests.client("frontend", "frontend", "node-2", "")
                + Manifests.client("stranger", "stranger", "node-2", "")
                + Manifests.allow("backend", "backend", "frontend"))) {
      String backend = lab.address("shop/backend", false);
      lab.awaitConnects("shop/frontend", backend, Manifests.PORT);
      kill(supervisor(lab));

      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
      refusedInOneSentence(lab.sluice("lab", "status"));
      refusedInOneSentence(
          lab.sluice("lab", "apply", "-f", lab.file(Manifests.namespace("more")).toString()));
      Lab.Result list = lab.sluice("endpoint", "list");
      assertEquals(0, list.status(), list.text());
      assertTrue(list.text().contains("shop/backend"), list.text());

      for (int i = 0; i < 2; i++) { // the second time there is nothing to do
        Lab.Result down = lab.sluice("lab", "down");
        assertEquals(0, down.status(), down.text());
        assertEquals("lab is down", down.text().strip());
        lab.assertNothingIsLeft();
      }
    }
  }

  private static void refusedInOneSentence(Lab.Result result) {
    assertEquals(1, result.status(), result.text());
    assertTrue(result.text().contains("lab down"), result.text());
    assertEquals(1, result.text().strip().lines().count(), result.text());
  }

  private static long supervisor(Lab lab) throws IOException {
    JsonNode state =
        new ObjectMapper().readTree(Files.readAllBytes(new LabFiles(lab.data()).state()));
    return state.path("supervisor").path("pid").asLong();
  }

  private static void kill(long pid) {
    ProcessHandle supervisor = ProcessHandle.of(pid).orElseThrow();
    supervisor.destroyForcibly();
    assertTrue(Waiting.until(Duration.ofSeconds(5), () -> !supervisor.isAlive()));
  }
}
