package dev.sluice.ingest.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Conditions on the objects of fabric8's mock of an API server. */
@EnableKubernetesMockClient(crud = true)
class StatusWriterTest {
  private static final WatchedKind KIND = WatchedKind.of("CiliumNetworkPolicy").orElseThrow();
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC);

  KubernetesClient client;

  private static Diagnostic row(Severity severity, String code) {
    return Diagnostic.newBuilder()
        .setTime(Instant.EPOCH)
        .setSeverity(severity)
        .setCode(code)
        .setKind("CiliumNetworkPolicy")
        .setNamespace("shop")
        .setName("p")
        .setPath("spec.ingress[0]")
        .setMessage("why")
        .setWriter("policy-stream")
        .build();
  }

  private void create() {
    GenericKubernetesResource policy =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(KIND.apiVersion())
            .withKind(KIND.kind())
            .withNewMetadata()
            .withNamespace("shop")
            .withName("p")
            .endMetadata()
            .addToAdditionalProperties("spec", Map.of("endpointSelector", Map.of()))
            .build();
    client.genericKubernetesResources(KIND.context()).inNamespace("shop").resource(policy).create();
  }

  @SuppressWarnings("unchecked")
  private String condition(String type) {
    GenericKubernetesResource policy =
        client.genericKubernetesResources(KIND.context()).inNamespace("shop").withName("p").get();
    if (!(policy.getAdditionalProperties().get("status") instanceof Map<?, ?> status)) {
      return "";
    }
    return ((List<Map<String, Object>>) status.get("conditions"))
        .stream()
            .filter(one -> one.get("type").equals(type))
            .map(one -> one.get("status") + " " + one.get("reason") + " " + one.get("message"))
            .findFirst()
            .orElse("");
  }

  @Test
  void whatIsToldComesAndGoesOnTheObject() {
    create();
    StatusWriter writer = new StatusWriter(client, CLOCK);
    writer.write();
    assertEquals("", condition("Valid"), "of what nothing is told, nothing is said");
    writer.seen(
        "CiliumNetworkPolicy/shop/p|selects-nothing|policy-stream",
        row(Severity.WARNING, "selects-nothing"));
    writer.seen(
        "CiliumNetworkPolicy/shop/p|unknown-field|policy-stream",
        row(Severity.REFUSED, "unknown-field"));
    writer.seen(
        "CiliumNetworkPolicy/shop/p|pattern-without-apex|policy-stream",
        row(Severity.NOTE, "pattern-without-apex"));
    writer.write();
    assertEquals("True PatternWithoutApex spec.ingress[0]: why", condition("Noted"));
    assertEquals("False UnknownField spec.ingress[0]: why", condition("Valid"));
    assertEquals("True SelectsNothing spec.ingress[0]: why", condition("Warned"));
    writer.seen("CiliumNetworkPolicy/shop/p|unknown-field|policy-stream", null);
    writer.seen("CiliumNetworkPolicy/shop/p|selects-nothing|policy-stream", null);
    writer.seen("CiliumNetworkPolicy/shop/p|pattern-without-apex|policy-stream", null);
    writer.write();
    assertEquals("False Nothing ", condition("Noted"));
    assertEquals("True Accepted ", condition("Valid"));
    assertEquals("False Nothing ", condition("Warned"));
  }

  @Test
  void anObjectThatIsGoneIsForgotten() {
    StatusWriter writer = new StatusWriter(client, CLOCK);
    writer.seen("CiliumNetworkPolicy/shop/gone|x|policy-stream", row(Severity.WARNING, "x"));
    writer.write();
    writer.write();
  }
}
