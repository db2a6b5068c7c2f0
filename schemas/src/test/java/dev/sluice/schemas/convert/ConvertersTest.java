package dev.sluice.schemas.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.topic.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Core's values to records and back. */
class ConvertersTest {
  private static final LabelSet LABELS =
      LabelSet.parse(List.of("k8s:app=shop", "k8s:io.kubernetes.pod.namespace=default"));
  private static final ClusterRecord.Identity IDENTITY = new ClusterRecord.Identity(300, LABELS);
  private static final ClusterRecord.Endpoint ENDPOINT =
      new ClusterRecord.Endpoint(
          7,
          "default",
          "shop-1",
          "uid",
          "node-1",
          List.of(IpAddress.parse("10.0.1.10"), IpAddress.parse("fd00:10:0:1::a")),
          300,
          LABELS,
          "Deployment",
          "shop",
          List.of(new ClusterRecord.NamedPort("http", 8080, "TCP")),
          true);
  private static final ClusterRecord.Address ADDRESS =
      new ClusterRecord.Address(
          Prefix.parse("10.0.1.10/32"),
          300,
          "node-1",
          List.of(IpAddress.parse("172.31.0.1")),
          7,
          "default",
          "shop-1",
          true,
          0x7f0001,
          "Deployment",
          "shop");

  @Test
  void clusterRecordsComeBack() {
    Change<ClusterRecord> identity =
        Change.upsert(ClusterRecord.Identity.class, IDENTITY.key(), IDENTITY);
    assertEquals(Topics.IDENTITIES, ClusterRecords.topic(identity));
    assertEquals(
        new Row.Changed<>(5, identity),
        ClusterRecords.fromIdentity(
            IDENTITY.key(), (IdentityRow) ClusterRecords.toAvro(5, identity), -1));
    Change<ClusterRecord> endpoint =
        Change.upsert(ClusterRecord.Endpoint.class, ENDPOINT.key(), ENDPOINT);
    assertEquals(
        new Row.Changed<>(6, endpoint),
        ClusterRecords.fromEndpoint(
            ENDPOINT.key(), (EndpointRow) ClusterRecords.toAvro(6, endpoint), -1));
    Change<ClusterRecord> address =
        Change.upsert(ClusterRecord.Address.class, ADDRESS.key(), ADDRESS);
    assertEquals(
        new Row.Changed<>(7, address),
        ClusterRecords.fromAddress(
            ADDRESS.key(), (AddressRow) ClusterRecords.toAvro(7, address), -1));
  }

  @Test
  void removalsAndMarksComeBack() {
    Change<ClusterRecord> removal = Change.remove(ClusterRecord.Endpoint.class, "default/shop-1");
    assertNull(ClusterRecords.toAvro(5, removal));
    assertEquals(Topics.ENDPOINTS, ClusterRecords.topic(removal));
    assertEquals(
        new Row.Changed<>(5, removal), ClusterRecords.fromEndpoint("default/shop-1", null, 5));
    assertEquals(
        new Row.Marked<ClusterRecord>(9, 0, ""),
        ClusterRecords.fromAddress("mark", ClusterRecords.addressMark(9), -1));
    assertEquals(
        new Row.Marked<DesiredRecord>(9, 12, "ab"),
        DesiredRecords.fromAvro("mark", DesiredRecords.mark(9, 12, "ab"), -1));
    assertEquals(
        new Row.Changed<DesiredRecord>(4, Change.remove(DesiredRecord.Member.class, "member/a/7")),
        DesiredRecords.fromAvro("member/a/7", null, 4));
    String frontend = "service/frontend/10.96.0.1/80/6";
    assertEquals(
        new Row.Changed<DesiredRecord>(4, Change.remove(ServiceRow.Frontend.class, frontend)),
        DesiredRecords.fromAvro(frontend, null, 4));
    assertThrows(IllegalArgumentException.class, () -> DesiredRecords.fromAvro("other/1", null, 4));
  }

  @Test
  void desiredRecordsComeBack() {
    List<String> from = List.of("CNP/a/b#spec");
    List<CompiledRule> rules =
        Arrays.stream(DesiredRecord.RuleVerdict.values())
            .flatMap(
                v ->
                    Stream.of(
                        new CompiledRule("sel", 6, 80, 90, v, 3, "http:1", from),
                        new CompiledRule("sel", 6, 1, 0, "web", v, 3, true, "", from)))
            .toList();
    DirectionPolicy on = new DirectionPolicy(true, List.of("CNP/a/b"), List.of("CNP/a/c"), rules);
    DirectionPolicy off = new DirectionPolicy(false, List.of(), List.of());
    for (DesiredRecord record :
        List.of(
            new DesiredRecord.SubjectPolicy(300, LABELS, 42, "beef", on, off),
            new DesiredRecord.Selector("sel", "k8s:app=shop", List.of("CNP/a/b")),
            new DesiredRecord.Member("sel", 300),
            new DesiredRecord.IdentityPorts(
                300, List.of(new ClusterRecord.NamedPort("web", 8080, "TCP"))),
            new DesiredRecord.IdentityLabels(0x800001, LABELS),
            new DesiredRecord.DesiredAddress(ADDRESS),
            new DesiredRecord.Settings(
                new ClusterSettings(EnforcementMode.ALWAYS, 99, "", List.of())),
            new ServiceRow.Frontend(
                3,
                "shop",
                "web",
                "http",
                ServiceRow.Kind.LOAD_BALANCER,
                IpAddress.parse("2001:db8::1"),
                80,
                6,
                2,
                true,
                60,
                List.of(Prefix.parse("10.0.0.0/8")),
                32000),
            new ServiceRow.Backend(
                2, IpAddress.parse("10.0.1.1"), 8080, false, "n", List.of("z"), List.of("n")),
            new ServiceRow.Node("n", "z"))) {
      Change<DesiredRecord> change = Change.upsert(record.getClass(), record.key(), record);
      DesiredRow row = DesiredRecords.toAvro(11, change);
      assertEquals(new Row.Changed<>(11, change), DesiredRecords.fromAvro(record.key(), row, -1));
    }
  }

  @Test
  void objectEventsComeBack() {
    Map<String, Object> body =
        Map.of("kind", "Pod", "spec", Map.of("nodes", List.of(1L, 2.5, true, "x")));
    for (ObjectEvent.Type type : ObjectEvent.Type.values()) {
      ObjectEvent event =
          new ObjectEvent(
              8,
              type,
              new ObjectKey("Pod", "default", "shop-1"),
              "v1",
              "uid",
              "17",
              1_700_000_000_123L,
              "pods.yaml:3",
              2,
              1000,
              body);
      assertEquals(event, ObjectEvents.fromAvro(ObjectEvents.toAvro(event), 8));
    }
  }

  @Test
  void anEventOfTheFutureIsNotFoldedPast() {
    K8sObject unknown =
        ObjectEvents.toAvro(
            new ObjectEvent(
                1,
                ObjectEvent.Type.ADDED,
                new ObjectKey("Pod", "", ""),
                "",
                "",
                "",
                0,
                "",
                0,
                0,
                Map.of()));
    unknown.setType(EventType.UNKNOWN);
    assertThrows(IllegalArgumentException.class, () -> ObjectEvents.fromAvro(unknown, 1));
  }

  @Test
  void jsonTreesComeBackAndOtherTextsAreRefused() {
    String text = "{\"b\":[1,2.5,\"é\\n\",true,null,{}],\"a\":-9223372036854775808}";
    assertEquals(text, JsonTree.print(JsonTree.parse(text)));
    assertEquals(Map.of(), JsonTree.parse(""));
    assertEquals(1e30, JsonTree.parse("{\"n\":1000000000000000000000000000000}").get("n"));
    for (String wrong : List.of("[]", "{", "{} {}", "x", "{\"a\":}")) {
      assertThrows(IllegalArgumentException.class, () -> JsonTree.parse(wrong), wrong);
    }
  }
}
