package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An address goes from a denied pod to an allowed one and back while connections are tracked. */
@RequiresKernel
class AddressHandoverTest {
  private static final String IP = "10.0.2.40,fd00:10:0:2::40";

  @Test
  void theVerdictFollowsThePodAndNotTheAddress() throws IOException {
    String denied = Manifests.client("stranger", "stranger", "node-2", IP);
    String allowed = Manifests.client("frontend", "frontend", "node-2", IP);
    try (Lab lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.server("backend", "backend", "node-1", "")
                + denied
                + Manifests.allow("backend", "backend", "frontend"))) {
      String backend = lab.address("shop/backend", false);
      String backend6 = lab.address("shop/backend", true);
      lab.awaitConnects("node/1", backend, Manifests.PORT);
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
      lab.delete(denied);
      lab.apply(allowed);
      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
      assertTrue(lab.connects("shop/frontend", backend6, Manifests.PORT));
      Path held = hold(lab, "shop/frontend", backend);
      lab.delete(allowed);
      lab.apply(denied);
      assertTrue(Files.readString(held).contains("open"));
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
      assertFalse(lab.connects("shop/stranger", backend6, Manifests.PORT));
      // The very tuple that was allowed before: source port and all.
      String sameTuple =
          "import socket; s=socket.socket(); s.settimeout(2); s.bind(('0.0.0.0',45678));"
              + " s.connect(('"
              + backend
              + "',8080))";
      assertTrue(lab.exec("shop/stranger", "python3", "-c", sameTuple).status() != 0);
    }
  }

  private static Path hold(Lab lab, String from, String backend) throws IOException {
    String script =
        "import socket,time; s=socket.socket(); s.bind(('0.0.0.0',45678));"
            + " s.connect(('"
            + backend
            + "',8080)); print('open',flush=True); time.sleep(600)";
    Path output = lab.spawn(from, "python3", "-c", script);
    assertTrue(
        Waiting.until(
            Duration.ofSeconds(10),
            () -> {
              try {
                return Files.readString(output).contains("open");
              } catch (IOException e) {
                return false;
              }
            }));
    return output;
  }
}
