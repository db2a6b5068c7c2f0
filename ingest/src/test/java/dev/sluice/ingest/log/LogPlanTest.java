package dev.sluice.ingest.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogPlanTest {
  private static final long EPOCH = 3;

  private final LogImage image = new LogImage();
  private LogPlan plan;

  @BeforeEach
  void claim() {
    image.apply(LogTakeover.bookmark(LogTakeover.CLAIM, "me", "me", EPOCH, 1000));
    plan = new LogPlan(image);
  }

  private static SourceObject object(String kind, String name, String uid, String version) {
    return new SourceObject(
        new ObjectKey(kind, "shop", name),
        "v1",
        uid,
        version,
        "f:1",
        "{\"v\":\"" + version + "\"}");
  }

  private List<String> records(SourceEvent event) {
    return lines(plan.records(event, 2000));
  }

  private static List<String> lines(List<K8sObject> records) {
    List<String> lines = new ArrayList<>();
    for (K8sObject record : records) {
      lines.add(record.getType() + " " + record.getKind() + " " + record.getName());
      assertEquals(EPOCH, record.getEpoch());
    }
    return lines;
  }

  @Test
  void writesOnlyDifferences() {
    SourceObject a = object("Pod", "a", "1", "x");
    assertEquals(List.of("ADDED Pod a"), records(new SourceEvent.Modified(a)));
    assertEquals(List.of(), records(new SourceEvent.Added(a)));
    assertEquals(
        List.of("MODIFIED Pod a"), records(new SourceEvent.Modified(object("Pod", "a", "1", "y"))));
    assertEquals(
        List.of("DELETED Pod a", "ADDED Pod a"),
        records(new SourceEvent.Added(object("Pod", "a", "2", "y"))));
    List<K8sObject> deleted = plan.records(new SourceEvent.Deleted(a.key()), 2000);
    assertEquals("{\"v\":\"y\"}", deleted.getFirst().getBody(), "the last known body");
    assertEquals(List.of(), records(new SourceEvent.Deleted(a.key())));
  }

  @Test
  void aListIsTheWholeTruthOfItsKind() {
    records(new SourceEvent.Added(object("Service", "old", "1", "x")));
    records(new SourceEvent.Added(object("Pod", "stays", "2", "x")));
    assertEquals(
        List.of(
            "SYNC_STARTED Service ", "ADDED Service new", "DELETED Service old", "SYNCED Service "),
        records(new SourceEvent.Relisted("Service", List.of(object("Service", "new", "3", "x")))));
    assertEquals(
        List.of("SYNC_STARTED Pod ", "SYNCED Pod "),
        records(new SourceEvent.Relisted("Pod", List.of(object("Pod", "stays", "2", "x")))));
  }

  @Test
  void podsThatGoFreeTheirAddressesBeforeOthersTakeThem() {
    records(new SourceEvent.Added(object("Pod", "a", "1", "x")));
    records(new SourceEvent.Added(object("Pod", "c", "2", "x")));
    assertEquals(
        List.of(
            "SYNC_STARTED Pod ",
            "DELETED Pod c",
            "DELETED Pod a",
            "ADDED Pod b",
            "ADDED Pod a",
            "SYNCED Pod "),
        records(
            new SourceEvent.Relisted(
                "Pod", List.of(object("Pod", "b", "3", "x"), object("Pod", "a", "4", "x")))));
  }

  @Test
  void timeDoesNotGoBack() {
    plan.records(new SourceEvent.Added(object("Pod", "a", "1", "x")), 5000);
    K8sObject later =
        plan.records(new SourceEvent.Added(object("Pod", "b", "1", "x")), 4000).getFirst();
    assertEquals(Instant.ofEpochMilli(5000), later.getTime());
  }

  @Test
  void saysAgainWhatTheWindowWillPass() {
    plan.records(new SourceEvent.Added(object("Pod", "a", "1", "x")), 2000);
    plan.records(new SourceEvent.Bookmark("f.yaml", "hash"), 2000);
    plan.records(new SourceEvent.Added(object("Pod", "b", "1", "x")), 90_000);
    assertEquals(
        List.of("BOOKMARK Source f.yaml", "BOOKMARK Source ingest", "MODIFIED Pod a"),
        lines(plan.refresh(Duration.ofSeconds(60), 100_000)));
    assertEquals(List.of(), lines(plan.refresh(Duration.ofSeconds(60), 100_000)));
  }

  @Test
  void anObjectThatFitsNoRecordIsToldAndItsLastVersionStays() {
    SourceObject small = object("CiliumNetworkPolicy", "p", "1", "x");
    SourceObject large =
        new SourceObject(
            small.key(), "v1", "1", "y", "", "ä".repeat(LogPlan.LARGEST_BODY_BYTES / 2 + 1));
    records(new SourceEvent.Added(small));
    assertEquals(List.of(), records(new SourceEvent.Modified(large)));
    assertEquals("too-large", plan.problems().getFirst().code());
    assertEquals(small, image.get(small.key()));
    assertEquals(
        List.of("MODIFIED CiliumNetworkPolicy p"),
        records(new SourceEvent.Modified(object("CiliumNetworkPolicy", "p", "1", "z"))));
    assertEquals(List.of(), plan.problems());
  }

  @Test
  void zombiesCountForNothing() {
    K8sObject zombie =
        plan.records(new SourceEvent.Added(object("Pod", "a", "1", "x")), 2000).getFirst();
    zombie.setEpoch(EPOCH - 1);
    zombie.setType(EventType.DELETED);
    image.apply(zombie);
    assertEquals(List.of(), records(new SourceEvent.Added(object("Pod", "a", "1", "x"))));
  }

  @Test
  void diagnosticsAreWrittenOnceAndCleared() {
    DiagnosticTable table = new DiagnosticTable();
    Problem problem = Problem.ofFile("yaml", "a.yaml", 3, "", "not YAML");
    Problem other =
        new Problem(
            Severity.WARNING, "no-node", new ObjectKey("Pod", "n", "p"), "b.yaml", 1, "", "waits");
    Map<String, Diagnostic> first = table.difference(List.of(problem, other), 10);
    assertEquals(2, first.size());
    assertEquals(3, first.get("Manifest//a.yaml|yaml|ingest").getLine());
    assertEquals(Map.of(), table.difference(List.of(problem, other), 20));
    Map<String, Diagnostic> second = table.difference(List.of(other), 30);
    assertEquals(List.of("Manifest//a.yaml|yaml|ingest"), List.copyOf(second.keySet()));
    assertNull(second.get("Manifest//a.yaml|yaml|ingest"));
  }
}
