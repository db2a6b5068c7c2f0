package dev.sluice.cli.past;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.LocalKafka;
import dev.sluice.cli.Main;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.SubjectPolicy;
import dev.sluice.schemas.SubjectStatus;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code history} says of topics revisions, desired and node.status, on a broker. */
class HistoryCommandTest {
  /** Of the first revision; each later one is a minute younger. */
  private static final Instant BEGAN =
      Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(1));

  private static final String LEAF = "0123456789abcdef0123456789abcdef";

  private static LocalKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
    Settings settings = kafka.settings();
    try (Admin admin = KafkaClients.newAdmin(settings, "test");
        TopicSerdes serdes = TopicSerdes.connect(settings)) {
      TopicCatalogue.ensure(admin, settings, Topics.all());
      serdes.registerAll();
      write(settings, serdes, Topics.REVISIONS, "4", synced());
      write(settings, serdes, Topics.REVISIONS, "7", revision(7, 1, "ADDED", List.of(256, 257)));
      write(settings, serdes, Topics.REVISIONS, "7", revision(7, 1, "ADDED", List.of(256, 257)));
      write(settings, serdes, Topics.REVISIONS, "9", revision(9, 2, "DELETED", List.of(256)));
      write(settings, serdes, Topics.DESIRED, "policy/256", subject());
      write(settings, serdes, Topics.DESIRED, "mark", new DesiredRow(9L, new Mark(9L, 9L, "root")));
      for (int id = 1; id <= 5; id++) {
        write(settings, serdes, Topics.ENDPOINTS, "shop/pod-" + id, endpoint(id));
      }
      write(
          settings,
          serdes,
          Topics.NODE_STATUS,
          "node-1",
          node("node-1", LEAF, status(1, 4), status(2, 9)));
      write(settings, serdes, Topics.NODE_STATUS, "node-2", node("node-2", LEAF, status(3, 7)));
      // Its number is high enough, and what it enforces is not what is desired.
      write(settings, serdes, Topics.NODE_STATUS, "node-3", node("node-3", "ffff", status(4, 9)));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  private static <V extends SpecificRecord> void write(
      Settings settings, TopicSerdes serdes, Topic<V> topic, String key, V value) throws Exception {
    try (KafkaProducer<String, V> producer =
        KafkaClients.newProducer(settings, "test", serdes, topic)) {
      producer.send(new ProducerRecord<>(topic.name(settings), key, value)).get();
    }
  }

  /** The first one, of the end of the last list. */
  private static Revision synced() {
    Revision revision = revision(4, 0, "SYNCED", List.of());
    revision.setCause("EndpointSlice//");
    return revision;
  }

  private static Revision revision(long number, int minute, String type, List<Integer> subjects) {
    return Revision.newBuilder()
        .setRevision(number)
        .setPosition(number)
        .setTime(BEGAN.plus(Duration.ofMinutes(minute)))
        .setCause("CiliumNetworkPolicy/shop/p")
        .setCauseType(type)
        .setWho("p.yaml:1")
        .setHash("0123456789abcdef" + number)
        .setPoliciesChanged(List.of("CiliumNetworkPolicy/shop/p"))
        .setSubjectsChanged(subjects)
        .build();
  }

  private static DesiredRow subject() {
    DirectionPolicy open = new DirectionPolicy(false, List.of(), List.of(), List.of());
    return new DesiredRow(9L, new SubjectPolicy(256, List.of("k8s:app=a"), 7L, LEAF, open, open));
  }

  private static EndpointRow endpoint(long id) {
    return new EndpointRow(
        9L,
        Endpoint.newBuilder()
            .setId(id)
            .setNamespace("shop")
            .setPod("pod-" + id)
            .setNode("node-1")
            .setAddresses(List.of())
            .setIdentity(256)
            .setLabels(List.of("k8s:app=a"))
            .setNamedPorts(List.of())
            .build());
  }

  private static EndpointStatus status(long id, long realised) {
    return new EndpointStatus(id, "shop", "pod-" + id, 256, "ready", realised, "");
  }

  /** A node, and the leaf that it says its endpoints enforce. */
  private static NodeStatus node(String name, String leaf, EndpointStatus... endpoints) {
    return NodeStatus.newBuilder()
        .setNode(name)
        .setTime(Instant.now())
        .setPosition(9)
        .setRevision(9)
        .setHash("")
        .setEndpoints(List.of(endpoints))
        .setSubjects(
            List.of(new SubjectStatus(256, leaf.substring(0, Math.min(16, leaf.length())))))
        .build();
  }

  private static String said(int status, String... words) {
    StringWriter text = new StringWriter();
    List<String> all = new ArrayList<>(List.of("history"));
    all.addAll(List.of(words));
    all.addAll(
        List.of(
            "--bootstrap-servers",
            kafka.settings().text(Setting.KAFKA_BOOTSTRAP_SERVERS),
            "--registry",
            kafka.settings().text(Setting.SCHEMA_REGISTRY_URL)));
    PrintWriter out = new PrintWriter(text, true);
    int ended = Main.commandLine().setOut(out).setErr(out).execute(all.toArray(String[]::new));
    assertEquals(status, ended, text::toString);
    return text.toString();
  }

  /**
   * Of five endpoints one has other rules than are desired, and of one nobody has said anything.
   */
  @Test
  void eachRevisionOnceWithItsTimeItsCauseAndWhereItIsRealised() {
    List<String> lines =
        said(0, "--no-headers").lines().map(each -> each.replaceAll(" +", " ")).toList();
    assertEquals(
        List.of(
            "4 %s SYNCED list of EndpointSlice p.yaml:1 CiliumNetworkPolicy/shop/p 0 3/5 0123456789ab"
                .formatted(BEGAN),
            "7 %s ADDED CiliumNetworkPolicy/shop/p p.yaml:1 CiliumNetworkPolicy/shop/p 2 2/5 0123456789ab"
                .formatted(BEGAN.plusSeconds(60)),
            "9 %s DELETED CiliumNetworkPolicy/shop/p p.yaml:1 CiliumNetworkPolicy/shop/p 1 1/5 0123456789ab"
                .formatted(BEGAN.plusSeconds(120))),
        lines.stream().map(String::strip).toList());
  }

  @Test
  void jsonHasTheWholeHashAndTheSubjects() throws Exception {
    JsonNode second = new ObjectMapper().readTree(said(0, "-o", "json")).path(1);
    assertEquals("0123456789abcdef7", second.path("hash").asText());
    assertEquals("[256,257]", second.path("subjectsChanged").toString());
    assertEquals("{\"endpoints\":2,\"of\":5}", second.path("realised").toString());
  }

  @Test
  void sinceATimeOrAnAge() {
    String time = BEGAN.plusSeconds(60).toString();
    assertEquals(2, said(0, "--no-headers", "--since", time).lines().count());
    assertEquals(3, said(0, "--no-headers", "--since", "2h").lines().count());
    assertEquals(0, said(0, "--no-headers", "--since", "1m").lines().count());
    assertTrue(said(2, "--since", "lately").contains("write an age like 2h30m"));
  }
}
