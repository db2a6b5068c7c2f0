package dev.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.broker.LocalKafka;
import dev.sluice.ingest.folder.FolderSource;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole of ingest over a real folder, a real broker and a real registry. */
class IngestLoopTest {
  private static final String NODE =
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1}
      spec: {podCIDRs: [10.0.1.0/24, "fd00:10:0:1::/64"]}
      status: {addresses: [{type: InternalIP, address: 172.31.0.1}]}
      """;
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: frontend, namespace: shop, labels: {app: frontend}}
      spec: {containers: [{name: main, command: [sleep, "1"]}]}
      """;

  private static final Logger LOG = LoggerFactory.getLogger(IngestLoopTest.class);

  @TempDir static Path data;
  private static LocalKafka kafka;

  @TempDir Path folder;
  private Settings settings;
  private TopicSerdes serdes;

  @BeforeAll
  static void startKafka() throws Exception {
    kafka = LocalKafka.start(data);
  }

  @AfterAll
  static void stopKafka() throws Exception {
    kafka.close();
  }

  @BeforeEach
  void settings(TestInfo test) {
    settings =
        kafka
            .settings()
            .with(Setting.TOPIC_PREFIX, test.getTestMethod().orElseThrow().getName() + ".");
    serdes = TopicSerdes.connect(settings);
  }

  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  private IngestLoop start() throws InterruptedException {
    IngestLoop loop =
        new IngestLoop(
            settings, () -> new FolderSource(folder), System::currentTimeMillis, failure::complete);
    loop.start();
    loop.awaitReady();
    return loop;
  }

  private List<K8sObject> log() {
    List<K8sObject> records = new ArrayList<>();
    try (TopicReader<K8sObject> reader = TopicReader.open(settings, serdes, Topics.K8S_OBJECTS)) {
      reader.readToEnd(entry -> records.add(entry.value()));
    }
    return records;
  }

  private List<String> lines(List<K8sObject> records) {
    return records.stream()
        .map(r -> r.getType() + " " + r.getKind() + "/" + r.getNamespace() + "/" + r.getName())
        .map(line -> line.replaceAll("BOOKMARK Source//ingest.*", "BOOKMARK claim"))
        .toList();
  }

  private K8sObject await(TopicReader<K8sObject> reader, Predicate<K8sObject> wanted) {
    List<K8sObject> found = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (found.isEmpty() && System.nanoTime() < deadline) {
      reader.poll(
          Duration.ofMillis(500),
          entry -> {
            if (wanted.test(entry.value())) {
              found.add(entry.value());
            }
          });
    }
    assertTrue(!found.isEmpty(), () -> "not in the log: " + lines(log()) + failure);
    return found.getFirst();
  }

  private void put(String name, String text) throws Exception {
    Path temporary = Files.writeString(folder.resolve("." + name + ".tmp"), text);
    Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Predicate<K8sObject> bookmarkOf(String file) {
    return record -> record.getType() == EventType.BOOKMARK && record.getName().equals(file);
  }

  @Test
  void listsThenFollowsThenWritesOnlyTheDifferenceAfterARestart() throws Exception {
    put("node.yaml", NODE);
    put("pod.yaml", POD);
    try (IngestLoop loop = start()) {
      assertEquals(
          List.of(
              "GENESIS Log//",
              "SYNC_STARTED Namespace//",
              "ADDED Namespace//shop",
              "SYNCED Namespace//",
              "SYNC_STARTED Node//",
              "ADDED Node//node-1",
              "SYNCED Node//",
              "SYNC_STARTED AdminNetworkPolicy//",
              "SYNCED AdminNetworkPolicy//",
              "SYNC_STARTED BaselineAdminNetworkPolicy//",
              "SYNCED BaselineAdminNetworkPolicy//",
              "SYNC_STARTED CiliumCIDRGroup//",
              "SYNCED CiliumCIDRGroup//",
              "SYNC_STARTED CiliumClusterwideNetworkPolicy//",
              "SYNCED CiliumClusterwideNetworkPolicy//",
              "SYNC_STARTED CiliumNetworkPolicy//",
              "SYNCED CiliumNetworkPolicy//",
              "SYNC_STARTED ClusterNetworkPolicy//",
              "SYNCED ClusterNetworkPolicy//",
              "SYNC_STARTED NetworkPolicy//",
              "SYNCED NetworkPolicy//",
              "SYNC_STARTED Service//",
              "SYNCED Service//",
              "SYNC_STARTED SluiceSettings//",
              "SYNCED SluiceSettings//",
              "SYNC_STARTED Pod//",
              "ADDED Pod/shop/frontend",
              "SYNCED Pod//",
              "SYNC_STARTED EndpointSlice//",
              "SYNCED EndpointSlice//",
              "BOOKMARK Source//node.yaml",
              "BOOKMARK Source//pod.yaml"),
          lines(log()));
      K8sObject pod = log().get(26);
      assertEquals("pod.yaml:1", pod.getWho());
      assertTrue(
          pod.getBody().contains("\"podIPs\":[{\"ip\":\"10.0.1.10\"},{\"ip\":\"fd00:10:0:1::a\"}]"),
          pod.getBody());
      try (TopicReader<K8sObject> reader =
          TopicReader.open(settings, serdes, Topics.K8S_OBJECTS).seekToEnd()) {
        put("pod.yaml", POD.replace("app: frontend", "app: frontend, tier: web"));
        await(reader, bookmarkOf("pod.yaml"));
        assertTrue(lines(log()).contains("MODIFIED Pod/shop/frontend"));
        Files.delete(folder.resolve("pod.yaml"));
        await(reader, bookmarkOf("pod.yaml"));
      }
    }
    int before = log().size();
    put("pod.yaml", POD);
    try (IngestLoop loop = start()) {
      List<K8sObject> later = log().subList(before, log().size());
      assertEquals(
          List.of(
              "BOOKMARK claim",
              "SYNC_STARTED Namespace//",
              "ADDED Namespace//shop",
              "SYNCED Namespace//",
              "SYNC_STARTED Node//",
              "SYNCED Node//",
              "SYNC_STARTED AdminNetworkPolicy//",
              "SYNCED AdminNetworkPolicy//",
              "SYNC_STARTED BaselineAdminNetworkPolicy//",
              "SYNCED BaselineAdminNetworkPolicy//",
              "SYNC_STARTED CiliumCIDRGroup//",
              "SYNCED CiliumCIDRGroup//",
              "SYNC_STARTED CiliumClusterwideNetworkPolicy//",
              "SYNCED CiliumClusterwideNetworkPolicy//",
              "SYNC_STARTED CiliumNetworkPolicy//",
              "SYNCED CiliumNetworkPolicy//",
              "SYNC_STARTED ClusterNetworkPolicy//",
              "SYNCED ClusterNetworkPolicy//",
              "SYNC_STARTED NetworkPolicy//",
              "SYNCED NetworkPolicy//",
              "SYNC_STARTED Service//",
              "SYNCED Service//",
              "SYNC_STARTED SluiceSettings//",
              "SYNCED SluiceSettings//",
              "SYNC_STARTED Pod//",
              "ADDED Pod/shop/frontend",
              "SYNCED Pod//",
              "SYNC_STARTED EndpointSlice//",
              "SYNCED EndpointSlice//",
              "BOOKMARK Source//pod.yaml"),
          lines(later));
      assertEquals(2, later.getFirst().getEpoch());
      assertTrue(later.get(25).getBody().contains("10.0.1.11"), "a new life, a new address");
    }
    int second = log().size();
    try (IngestLoop loop = start()) {
      assertEquals(27, log().size() - second, () -> "only claim and syncs: " + lines(log()));
    }
  }

  @Test
  void aBrokenFileIsTold() throws Exception {
    put("node.yaml", NODE);
    put("pod.yaml", POD);
    try (IngestLoop loop = start();
        TopicReader<K8sObject> reader =
            TopicReader.open(settings, serdes, Topics.K8S_OBJECTS).seekToEnd();
        TopicReader<Diagnostic> diagnostics =
            TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
      put("pod.yaml", POD.replace("name: frontend,", ""));
      await(reader, bookmarkOf("pod.yaml"));
      Diagnostic row = diagnostics.readToEnd().getLast().value();
      assertEquals("pod.yaml", row.getFile());
      assertEquals(3, row.getLine());
      assertEquals("missing-field", row.getCode());
      assertEquals("metadata.name", row.getPath());
      put("pod.yaml", POD);
      await(reader, bookmarkOf("pod.yaml"));
      TopicReader.Entry<Diagnostic> cleared = diagnostics.readToEnd().getLast();
      assertEquals("Manifest//pod.yaml|missing-field|ingest", cleared.key());
      assertEquals(null, cleared.value());
    }
    assertTrue(log().stream().noneMatch(record -> record.getType() == EventType.DELETED));
  }

  @Test
  void theOlderOfTwoWritersStops() throws Exception {
    put("node.yaml", NODE);
    try (IngestLoop older = start();
        IngestLoop younger = start()) {
      assertTrue(failure.get(20, TimeUnit.SECONDS).getMessage().contains("epoch 2"));
    }
  }

  @Test
  void survivesTheBrokersRestart() throws Exception {
    put("node.yaml", NODE);
    try (IngestLoop loop = start()) {
      kafka.close();
      put("pod.yaml", POD);
      kafka = LocalKafka.start(data); // on the same ports
      try (TopicReader<K8sObject> reader = TopicReader.open(settings, serdes, Topics.K8S_OBJECTS)) {
        await(reader, bookmarkOf("pod.yaml"));
      }
      assertEquals(
          1, log().stream().filter(r -> r.getName().equals("frontend")).count(), "written once");
    }
  }
}
