package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused is said, and what was there before stays enforced. */
@RequiresKernel
class RefusalTest {
  private static Lab lab;
  private static String backend;

  @BeforeAll
  static void up() throws IOException {
    lab =
        Lab.up(
            1,
            Manifests.namespace("shop")
                + Manifests.server("backend", "backend", "", "")
                + Manifests.client("frontend", "frontend", "", "")
                + Manifests.client("stranger", "stranger", "", "")
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

  private static Lab.Result refused(String manifest) throws IOException {
    Lab.Result result = lab.sluice("lab", "apply", "-f", lab.file(manifest).toString());
    assertEquals(1, result.status(), result.text());
    assertTrue(result.text().contains("rejected: "), result.text());
    return result;
  }

  @Test
  void aPolicyWithAnUnknownFieldIsRefusedAndTheLastOneStays() throws IOException {
    Lab.Result result =
        refused(
            Manifests.allow("backend", "backend", "stranger")
                .replace("fromEndpoints:", "fromEndpoint:"));
    assertTrue(result.text().contains("fromEndpoint"), result.text());
    assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
    assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
    lab.apply(Manifests.allow("backend", "backend", "frontend"));
  }

  @Test
  void otherObjectsOfTheSameFileStandAlone() throws IOException {
    Lab.Result result =
        refused(
            "a: [broken\n"
                + Manifests.allow("second", "backend", "nobody")
                + "---\nkind: Pod\nmetadata: {}\n");
    assertTrue(result.text().contains("shop/second created"), result.text());
    assertTrue(result.text().contains("revision "), result.text());
    lab.delete(Manifests.allow("second", "backend", "nobody"));
  }

  @Test
  void anObjectOfTheWrongShapeIsRefusedAndTheOldOneStays() throws IOException {
    refused(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: frontend, namespace: shop, labels: [app, frontend]}
        spec: {containers: [{name: main, command: [sleep, infinity]}]}
        """);
    assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
  }

  @Test
  void whatIsWrittenTwiceIsUnchangedAndMovesNothing() throws IOException {
    String policy = Manifests.allow("backend", "backend", "frontend");
    String first = lab.apply(policy);
    String second = lab.apply(policy);
    assertTrue(second.contains("unchanged"), second);
    assertEquals(
        first.lines().reduce((a, b) -> b).orElse(""),
        second.lines().reduce((a, b) -> b).orElse(""));
  }
}
