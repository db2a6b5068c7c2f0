package dev.sluice.ingest.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The adapter against fabric8's mock of an API server. */
class KubernetesSourceTest {
  @Test
  void everyKindThatTheFoldsWaitForIsWatched() {
    assertTrue(
        WatchedKind.ALL.stream()
            .map(WatchedKind::kind)
            .toList()
            .containsAll(ClusterFold.REQUIRED_KINDS));
  }

  /** Keeps what it is told. */
  private static final class Told implements ObjectSink {
    private final BlockingQueue<SourceEvent> events = new LinkedBlockingQueue<>();

    @Override
    public void accept(List<SourceEvent> more) {
      events.addAll(more);
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }

    <T extends SourceEvent> T next(Class<T> type, Predicate<T> wanted) throws InterruptedException {
      List<SourceEvent> passed = new ArrayList<>();
      while (true) {
        SourceEvent event = events.poll(20, TimeUnit.SECONDS);
        assertTrue(event != null, () -> "only " + passed);
        passed.add(event);
        if (type.isInstance(event) && wanted.test(type.cast(event))) {
          return type.cast(event);
        }
      }
    }

    SourceEvent.Relisted list(String kind) throws InterruptedException {
      return next(SourceEvent.Relisted.class, list -> list.kind().equals(kind));
    }
  }

  private static Pod pod(String name, String version) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("shop")
        .withUid("uid-" + name)
        .withResourceVersion(version)
        .addToLabels("app", name)
        .withManagedFields(
            new ManagedFieldsEntryBuilder()
                .withManager("kubelet")
                .withTime("2026-01-02T00:00:00Z")
                .build(),
            new ManagedFieldsEntryBuilder()
                .withManager("helm")
                .withTime("2026-01-01T00:00:00Z")
                .build())
        .endMetadata()
        .withNewSpec()
        .withNodeName("node-1")
        .endSpec()
        .withNewStatus()
        .withPodIP("10.0.1.10")
        .endStatus()
        .build();
  }

  @Nested
  @EnableKubernetesMockClient(crud = true)
  class Following {
    KubernetesMockServer server;
    KubernetesClient client;

    @Test
    void listsEveryKindThenFollows() throws Exception {
      client.namespaces().resource(namespace("shop")).create();
      client.resource(pod("a", null)).create();
      Told told = new Told();
      try (KubernetesSource source = new KubernetesSource(client)) {
        source.start(Past.none(1), told);
        assertEquals(1, told.list("Namespace").objects().size());
        assertEquals(0, told.list("Node").objects().size());
        SourceObject listed = told.list("Pod").objects().getFirst();
        assertEquals("Pod/shop/a", listed.key().toString());
        assertEquals("v1", listed.apiVersion());
        assertEquals("kubelet", listed.who());
        Map<String, Object> body = JsonTree.parse(listed.body());
        assertEquals("Pod", body.get("kind"));
        assertTrue(!listed.body().contains("managedFields"));
        assertEquals(0, told.list("CiliumNetworkPolicy").objects().size());

        client.resource(pod("b", null)).create();
        // The mock begins a watch with what is there already; the log would not take it again.
        told.next(SourceEvent.Added.class, e -> e.object().key().name().equals("b"));
        client
            .pods()
            .inNamespace("shop")
            .withName("b")
            .edit(
                p -> new PodBuilder(p).editMetadata().addToLabels("x", "y").endMetadata().build());
        assertTrue(
            told.next(SourceEvent.Modified.class, e -> true)
                .object()
                .body()
                .contains("\"x\":\"y\""));
        client.pods().inNamespace("shop").withName("a").delete();
        assertEquals("a", told.next(SourceEvent.Deleted.class, e -> true).key().name());

        client
            .genericKubernetesResources(watched("CiliumNetworkPolicy").context())
            .inNamespace("shop")
            .resource(policy("allow"))
            .create();
        SourceObject policy =
            told.next(
                    SourceEvent.Added.class,
                    e -> e.object().key().toString().equals("CiliumNetworkPolicy/shop/allow"))
                .object();
        assertEquals("cilium.io/v2", policy.apiVersion());
        assertTrue(policy.body().contains("\"spec\":{\"endpointSelector\":{}}"), policy.body());
      }
    }

    private static WatchedKind watched(String kind) {
      return WatchedKind.ALL.stream().filter(one -> one.kind().equals(kind)).findFirst().get();
    }

    private io.fabric8.kubernetes.api.model.Namespace namespace(String name) {
      return new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build();
    }

    private GenericKubernetesResource policy(String name) {
      return new GenericKubernetesResourceBuilder()
          .withApiVersion("cilium.io/v2")
          .withKind("CiliumNetworkPolicy")
          .withNewMetadata()
          .withName(name)
          .withNamespace("shop")
          .endMetadata()
          .addToAdditionalProperties("spec", Map.of("endpointSelector", Map.of()))
          .build();
    }
  }

  @Nested
  @EnableKubernetesMockClient
  class LosingThePlace {
    private static final String PODS = "/api/v1/pods";

    KubernetesMockServer server;
    KubernetesClient client;

    private void listOnce(String version, Pod... pods) {
      server
          .expect()
          .get()
          .withPath(PODS)
          .andReturn(
              200,
              new PodListBuilder()
                  .withNewMetadata()
                  .withResourceVersion(version)
                  .endMetadata()
                  .withItems(pods)
                  .build())
          .once();
    }

    private static String watch(String version) {
      return PODS + "?allowWatchBookmarks=true&resourceVersion=" + version + "&watch=true";
    }

    @Test
    void gone410IsListedAgain() throws Exception {
      listOnce("10", pod("a", "5"), pod("b", "6"));
      server
          .expect()
          .withPath(watch("10"))
          .andUpgradeToWebSocket()
          .open()
          .waitFor(100)
          .andEmit(
              new WatchEvent(
                  new StatusBuilder().withCode(410).withMessage("too old").build(), "ERROR"))
          .done()
          .once();
      listOnce("20", pod("b", "6"), pod("c", "15"));
      server
          .expect()
          .withPath(watch("20"))
          .andUpgradeToWebSocket()
          .open()
          .waitFor(100)
          .andEmit(new WatchEvent(pod("d", "21"), "ADDED"))
          .waitFor(200)
          .andEmit(new WatchEvent(pod("bookmark", "30"), "BOOKMARK"))
          .done()
          .once();
      Told told = new Told();
      try (KubernetesSource source = new KubernetesSource(client)) {
        source.start(Past.none(1), told);
        assertEquals(List.of("a", "b"), names(told.list("Pod")));
        assertEquals(List.of("b", "c"), names(told.list("Pod")));
        assertEquals("d", told.next(SourceEvent.Added.class, e -> true).object().key().name());
        assertEquals("30", told.next(SourceEvent.Bookmark.class, e -> true).resourceVersion());
      }
    }

    /** Else the process would wait for a list that nobody tells any more. */
    @Test
    @Timeout(60)
    void theStartDoesNotOutlastABug() {
      BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
      ObjectSink broken =
          new ObjectSink() {
            @Override
            public void accept(List<SourceEvent> events) {
              throw new IllegalStateException("a bug");
            }

            @Override
            public void failed(Throwable cause) {
              failures.add(cause);
            }
          };
      try (KubernetesSource source = new KubernetesSource(client)) {
        source.start(Past.none(1), broken);
        assertEquals("a bug", failures.element().getMessage());
      }
    }

    @Test
    void aKindThatTheServerDoesNotKnowIsAnEmptyList() throws Exception {
      Told told = new Told();
      try (KubernetesSource source = new KubernetesSource(client)) {
        source.start(Past.none(1), told); // the mock answers 404 to everything
        assertEquals(List.of(), names(told.list("CiliumNetworkPolicy")));
      }
    }

    private static List<String> names(SourceEvent.Relisted list) {
      return list.objects().stream().map(object -> object.key().name()).toList();
    }
  }
}
