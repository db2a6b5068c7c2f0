package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.LoopbackPort;
import dev.sluice.broker.interop.ApicurioProcess;
import dev.sluice.broker.interop.KafkaProcess;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lab on somebody else's Kafka and registry: a broker that Kafka's own main class started, and
 * Apicurio. The lab uses them, and leaves them as they are when it goes.
 */
@RequiresKernel
class ExternalKafkaTest {
  private static final String PREFIX = "shop.";
  private static final String OBJECTS =
      Manifests.namespace("shop")
          + Manifests.server("backend", "backend", "", "")
          + Manifests.client("frontend", "frontend", "", "")
          + Manifests.client("stranger", "stranger", "", "");

  @TempDir private static Path directory;
  private static KafkaProcess kafka;
  private static ApicurioProcess apicurio;

  @BeforeAll
  static void start() throws Exception {
    kafka =
        KafkaProcess.start(
            directory.resolve("kafka"), LoopbackPort.choose(), LoopbackPort.choose());
    apicurio =
        ApicurioProcess.start(
            LoopbackPort.choose(), LoopbackPort.choose(), directory.resolve("apicurio.log"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (apicurio != null) {
      apicurio.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @Test
  void theLabUsesThemAndLeavesThemAlone() throws Exception {
    long revision;
    try (Lab lab = up()) {
      JsonNode status = lab.status();
      assertEquals(kafka.bootstrapServers(), status.path("bootstrapServers").asText());
      assertEquals(apicurio.url(), status.path("registryUrl").asText());
      assertFalse(status.path("components").findValuesAsText("name").contains("broker"));
      String backend = lab.address("shop/backend", false);
      lab.awaitConnects("shop/stranger", backend, Manifests.PORT);
      lab.apply(Manifests.allow("backend", "backend", "frontend"));
      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT));
      String[] drops = {"observe", "--verdict", "DROPPED", "--from-pod", "shop/stranger"};
      assertTrue(
          Waiting.until(
              Duration.ofSeconds(15),
              () -> lab.sluice(drops).text().contains("Policy denied DROPPED")),
          "the drop is in the flows of that Kafka");
      Lab.Result killed = lab.sluice("lab", "kill", "broker");
      assertEquals(1, killed.status(), "the broker is not the lab's to kill");
      assertTrue(killed.text().contains("There is no component 'broker'"), killed.text());
      revision = lab.status().path("revision").asLong();
      Lab.Result down = lab.sluice("lab", "down");
      assertEquals(0, down.status(), down.text());
    }
    assertTrue(kafka.isAlive());
    Set<String> topics = topics();
    assertTrue(topics.containsAll(Set.of(PREFIX + "k8s.objects", PREFIX + "desired")), "" + topics);
    assertTrue(subjects().contains("\"" + PREFIX + "k8s.objects-value\""), subjects());
    try (Lab next = up()) {
      assertTrue(next.status().path("revision").asLong() > revision, "the log goes on");
    }
  }

  private static Lab up() throws IOException {
    return Lab.up(
        1,
        OBJECTS,
        List.of(
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--registry",
            apicurio.url(),
            "--set",
            "topic.prefix=" + PREFIX));
  }

  private static Set<String> topics() throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      return admin.listTopics().names().get().stream().collect(Collectors.toSet());
    }
  }

  private static String subjects() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(apicurio.url() + "/subjects")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
