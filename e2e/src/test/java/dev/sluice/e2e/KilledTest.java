package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.drive.HeldConnection;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** kill -9 of every component while connections live: nobody on the wire may notice. */
@RequiresKernel
class KilledTest {
  /** Opens N connections, counts those that open within a second. */
  private static final String MANY =
      """
      import asyncio, sys
      async def one():
          try:
              _, w = await asyncio.wait_for(asyncio.open_connection(sys.argv[1], 8080), 2)
              w.close()
              return 1
          except Exception:
              return 0
      async def main():
          total = 0
          for _ in range(int(sys.argv[2]) // 50):
              total += sum(await asyncio.gather(*[one() for _ in range(50)]))
          print(total)
      asyncio.run(main())
      """;

  private static Lab lab;
  private static String backend;

  @BeforeAll
  static void up() throws IOException {
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.pod("backend", "backend", "node-1", "", HeldConnection.SERVER)
                + Manifests.client("frontend", "frontend", "node-2", "")
                + Manifests.client("stranger", "stranger", "node-2", "")
                + Manifests.allow("backend", "backend", "frontend"));
    backend = lab.address("shop/backend", false);
    lab.awaitConnects("shop/frontend", backend, Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void everyComponentMayDieDuringTraffic() throws IOException {
    HeldConnection held = HeldConnection.open(lab, "shop/frontend", backend, Manifests.PORT);
    for (String component :
        List.of(
            "node-applier", "policy-stream", "identity-stream", "ingest", "flow-sink", "broker")) {
      lab.kill(component);
      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT), "without " + component);
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT), "without " + component);
      lab.start(component);
      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT), "after " + component);
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT), "after " + component);
    }
    assertEquals("", held.broken());
    lab.apply(Manifests.allow("stranger", "backend", "stranger"));
    lab.awaitConnects("shop/stranger", backend, Manifests.PORT);
    lab.delete(Manifests.allow("stranger", "backend", "stranger"));
    assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
    assertEquals("", held.broken());
  }

  @Test
  void connectionsGoOnBeingJudgedWhileAppliersAreDead() {
    lab.kill("node-applier");
    try {
      assertEquals(
          "2000", lab.exec("shop/frontend", "python3", "-c", MANY, backend, "2000").text());
      assertEquals("0", lab.exec("shop/stranger", "python3", "-c", MANY, backend, "100").text());
    } finally {
      lab.start("node-applier");
    }
    assertEquals("100", lab.exec("shop/frontend", "python3", "-c", MANY, backend, "100").text());
  }
}
