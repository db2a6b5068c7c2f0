package dev.sluice.ingest.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import org.junit.jupiter.api.Test;

class ApiObjectsTest {
  private static final WatchedKind POLICY =
      WatchedKind.ALL.stream()
          .filter(kind -> kind.kind().equals("CiliumNetworkPolicy"))
          .findFirst()
          .orElseThrow();

  private static ManagedFieldsEntry by(String manager, String time, String subresource) {
    return new ManagedFieldsEntryBuilder()
        .withManager(manager)
        .withTime(time)
        .withSubresource(subresource)
        .build();
  }

  private static String who(ManagedFieldsEntry... entries) {
    return ApiObjects.object(
            POLICY,
            new GenericKubernetesResourceBuilder()
                .withNewMetadata()
                .withName("allow")
                .withNamespace("shop")
                .withManagedFields(entries)
                .endMetadata()
                .build())
        .who();
  }

  /** Ingest itself writes the status of policies, soon after somebody has changed one. */
  @Test
  void whoWritesTheStatusHasChangedNothing() {
    assertEquals(
        "kubectl-edit",
        who(
            by("helm", "2026-01-01T00:00:00Z", null),
            by("kubectl-edit", "2026-01-02T00:00:00Z", null),
            by("sluice", "2026-01-02T00:00:01Z", "status")));
    assertEquals("", who(by("sluice", "2026-01-02T00:00:01Z", "status")));
  }
}
