package dev.sluice.ingest.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events about the objects of fabric8's mock of an API server. */
@EnableKubernetesMockClient(crud = true)
class EventWriterTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final String KEY = "NetworkPolicy/shop/p|selects-nothing|policy-stream";

  KubernetesClient client;

  private static Diagnostic row(Severity severity, Instant time, String message) {
    return Diagnostic.newBuilder()
        .setTime(time)
        .setSeverity(severity)
        .setCode("selects-nothing")
        .setKind("NetworkPolicy")
        .setNamespace("shop")
        .setName("p")
        .setPath("spec.podSelector")
        .setMessage(message)
        .setWriter("policy-stream")
        .build();
  }

  private void create() {
    WatchedKind kind = WatchedKind.of("NetworkPolicy").orElseThrow();
    client
        .genericKubernetesResources(kind.context())
        .inNamespace("shop")
        .resource(
            new GenericKubernetesResourceBuilder()
                .withApiVersion(kind.apiVersion())
                .withKind(kind.kind())
                .withNewMetadata()
                .withNamespace("shop")
                .withName("p")
                .endMetadata()
                .addToAdditionalProperties("spec", Map.of("podSelector", Map.of()))
                .build())
        .create();
  }

  private List<Event> events() {
    return client.events().v1().events().inNamespace("shop").list().getItems();
  }

  private static String text(Event event) {
    return "%s %s %s %s/%s %s x%d"
        .formatted(
            event.getType(),
            event.getReason(),
            event.getRegarding().getKind(),
            event.getRegarding().getNamespace(),
            event.getRegarding().getName(),
            event.getNote(),
            event.getSeries() == null ? 1 : event.getSeries().getCount());
  }

  private List<String> texts() {
    return events().stream().map(EventWriterTest::text).sorted().toList();
  }

  @Test
  void whatHoldsIsOneEvent() {
    create();
    EventWriter writer = new EventWriter(client);
    writer.seen(KEY, row(Severity.WARNING, NOON, "selects no endpoint"));
    writer.write(NOON);
    writer.write(NOON.plusSeconds(1));
    String once =
        "Warning SelectsNothing NetworkPolicy shop/p spec.podSelector: selects no endpoint";
    assertEquals(List.of(once + " x1"), texts());
    Event event = events().getFirst();
    assertEquals("2026-11-26T12:00:00.000000Z", event.getEventTime().getTime());
    assertEquals("networking.k8s.io/v1", event.getRegarding().getApiVersion());
    assertTrue(!event.getRegarding().getUid().isEmpty(), "kubectl describe looks for it by uid");
    assertTrue(!event.getAction().isEmpty() && !event.getReportingInstance().isEmpty());

    EventWriter restarted = new EventWriter(client);
    restarted.seen(KEY, row(Severity.WARNING, NOON, "selects no endpoint"));
    restarted.write(NOON.plusSeconds(60));
    assertEquals(List.of(once + " x1"), texts(), "a restart is not news");
    restarted.write(NOON.plus(EventWriter.RENEWAL).minusSeconds(1));
    assertEquals(List.of(once + " x1"), texts());
    restarted.write(NOON.plus(EventWriter.RENEWAL));
    assertEquals(List.of(once + " x2"), texts(), "or it would be forgotten");
    restarted.write(NOON.plus(EventWriter.RENEWAL).plusSeconds(1));
    assertEquals(List.of(once + " x2"), texts());
  }

  @Test
  void whatHoldsAgainIsCounted() {
    create();
    EventWriter writer = new EventWriter(client);
    writer.seen(KEY, row(Severity.NOTE, NOON, "a"));
    writer.write(NOON);
    writer.seen(KEY, null);
    writer.write(NOON.plusSeconds(1));
    String over = "Normal Cleared NetworkPolicy shop/p SelectsNothing holds no longer x1";
    String told = "Normal SelectsNothing NetworkPolicy shop/p spec.podSelector: ";
    assertEquals(List.of(over, told + "a x1"), texts());
    writer.seen(KEY, row(Severity.NOTE, NOON.plusSeconds(2), "a"));
    writer.write(NOON.plusSeconds(2));
    assertEquals(List.of(over, told + "a x2"), texts());
    writer.seen(KEY, row(Severity.NOTE, NOON.plusSeconds(3), "b"));
    writer.write(NOON.plusSeconds(3));
    assertEquals(List.of(over, told + "a x2", told + "b x1"), texts());
  }

  @Test
  void ofWhatIsGoneNothingIsSaid() {
    EventWriter writer = new EventWriter(client);
    writer.seen(KEY, row(Severity.REFUSED, NOON, "a"));
    writer.write(NOON);
    writer.seen(KEY, null);
    writer.write(NOON);
    assertEquals(List.of(), texts());
  }

  @Test
  void aLongNoteIsCutToWhatAnApiServerTakes() {
    create();
    EventWriter writer = new EventWriter(client);
    writer.seen(KEY, row(Severity.REFUSED, NOON, "ä".repeat(2000)));
    writer.write(NOON.plus(Duration.ofHours(1)));
    int bytes = events().getFirst().getNote().getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes <= 1024 && bytes > 800, () -> bytes + " bytes");
  }
}
