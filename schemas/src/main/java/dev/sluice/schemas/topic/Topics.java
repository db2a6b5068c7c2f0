package dev.sluice.schemas.topic;

import static dev.sluice.schemas.topic.Topic.Cleanup.COMPACT;
import static dev.sluice.schemas.topic.Topic.Cleanup.DELETE;

import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;

/** The topic catalogue: every topic, with what it holds and how Kafka keeps it. */
public final class Topics {
  /** The key of the rows that close a group. */
  public static final String MARK_KEY = "mark";

  /** The largest record of topic snapshots, and so the largest request, in bytes. */
  public static final int LARGEST_RECORD_BYTES = 64 << 20;

  /**
   * How long a tombstone outlives its compaction. A reader that was away for more than half of it
   * may have missed a removal and starts again from the beginning.
   */
  public static final Duration TOMBSTONES_KEPT = Duration.ofHours(24);

  /** How long a compacted topic keeps every record, so that recent steps can be read one by one. */
  public static final Duration COMPACTION_LAG = Duration.ofHours(1);

  /**
   * After how long a topic of a window begins a new segment, however little is written. Kafka
   * forgets whole segments, each with its youngest record: a record outlives its window by this at
   * most, not by the week that brokers wait unless told otherwise.
   */
  public static final Duration WINDOW_SLACK = Duration.ofDays(1);

  public static final Topic<K8sObject> K8S_OBJECTS =
      windowed(
          "k8s.objects",
          K8sObject.class,
          "kind/namespace/name (namespace empty for cluster-scoped kinds)",
          "every watch event of the cluster, in one total order: the memory of the product",
          "ingest",
          Setting.HISTORY_WINDOW,
          Optional.empty(),
          Map.of(TopicConfig.SEGMENT_BYTES_CONFIG, "67108864"));

  public static final Topic<DnsAnswer> DNS_ANSWERS =
      windowed(
          "dns.answers",
          DnsAnswer.class,
          "the name that was asked for; empty for records of other kinds",
          "what trusted resolvers answered to questions that policies of names care about, and"
              + " which addresses are in use",
          "node-applier, identity-stream",
          Setting.HISTORY_WINDOW,
          Optional.empty(),
          Map.of(TopicConfig.SEGMENT_BYTES_CONFIG, "16777216"));

  public static final Topic<FqdnRow> FQDNS =
      compacted(
          "fqdns",
          FqdnRow.class,
          "set/<identity>, address/<address>, or mark",
          "identities of sets of name selectors, and the addresses that names have",
          "identity-stream",
          Map.of());

  public static final Topic<IdentityRow> IDENTITIES =
      compacted(
          "identities",
          IdentityRow.class,
          "canonical label set, or mark",
          "the number of every label set in use",
          "identity-stream",
          Map.of());

  public static final Topic<EndpointRow> ENDPOINTS =
      compacted(
          "endpoints",
          EndpointRow.class,
          "namespace/pod, or mark",
          "every pod's network endpoint",
          "identity-stream",
          Map.of());

  public static final Topic<AddressRow> ADDRESSES =
      compacted(
          "addresses",
          AddressRow.class,
          "prefix in CIDR form, or mark",
          "the identity of every address and prefix",
          "identity-stream",
          Map.of());

  public static final Topic<DesiredRow> DESIRED =
      compacted(
          "desired",
          DesiredRow.class,
          "policy/<identity>, selector/<id>, member/<selector id>/<identity>, ports/<identity>,"
              + " identity/<identity>, address/<prefix>, service/…, settings, or mark",
          "what every node mirrors into its kernel maps, in dependency order",
          "policy-stream",
          Map.of());

  public static final Topic<Revision> REVISIONS =
      windowed(
          "revisions",
          Revision.class,
          "revision in decimal",
          "every policy revision: its cause, its hash, what it changed",
          "policy-stream",
          Setting.HISTORY_WINDOW,
          Optional.empty(),
          Map.of(TopicConfig.SEGMENT_BYTES_CONFIG, "16777216"));

  public static final Topic<Diagnostic> DIAGNOSTICS =
      compacted(
          "diagnostics",
          Diagnostic.class,
          "kind/namespace/name|code|writer",
          "what is refused, in error or worth knowing, by object; any process may write its own",
          "every process",
          Map.of());

  public static final Topic<NodeStatus> NODE_STATUS =
      compacted(
          "node.status",
          NodeStatus.class,
          "node name",
          "what each node has realised, its endpoints, map pressure and losses",
          "node-applier",
          Map.of());

  public static final Topic<Snapshot> SNAPSHOTS =
      compacted(
          "snapshots",
          Snapshot.class,
          "stream name",
          "images to start a fold from",
          "identity-stream, policy-stream",
          Map.of(
              TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
              Integer.toString(LARGEST_RECORD_BYTES),
              TopicConfig.SEGMENT_BYTES_CONFIG,
              Integer.toString(2 * LARGEST_RECORD_BYTES)));

  public static final Topic<Flow> FLOWS =
      windowed(
          "flows",
          Flow.class,
          "connection (canonical 5-tuple)",
          "every verdict, enriched: one record per connection start, end and drop",
          "node-applier",
          Setting.FLOWS_RETENTION,
          Optional.of(Setting.FLOWS_PARTITIONS),
          Map.of(
              TopicConfig.COMPRESSION_TYPE_CONFIG,
              "lz4",
              TopicConfig.SEGMENT_BYTES_CONFIG,
              "134217728"));

  private static final List<Topic<?>> ALL =
      List.of(
          K8S_OBJECTS,
          DNS_ANSWERS,
          IDENTITIES,
          ENDPOINTS,
          ADDRESSES,
          FQDNS,
          DESIRED,
          REVISIONS,
          DIAGNOSTICS,
          NODE_STATUS,
          SNAPSHOTS,
          FLOWS);

  private Topics() {}

  /** Every topic, inputs before what is derived from them. */
  public static List<Topic<?>> all() {
    return ALL;
  }

  private static <V extends SpecificRecord> Topic<V> compacted(
      String suffix,
      Class<V> type,
      String keyDoc,
      String doc,
      String writer,
      Map<String, String> configs) {
    Map<String, String> all = new TreeMap<>();
    all.put(TopicConfig.SEGMENT_BYTES_CONFIG, "16777216");
    all.put(TopicConfig.SEGMENT_MS_CONFIG, millis(Duration.ofHours(1)));
    all.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.2");
    all.put(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG, millis(COMPACTION_LAG));
    all.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, millis(TOMBSTONES_KEPT));
    all.putAll(configs);
    return new Topic<>(
        suffix, type, keyDoc, doc, writer, COMPACT, Optional.empty(), Optional.empty(), all);
  }

  private static <V extends SpecificRecord> Topic<V> windowed(
      String suffix,
      Class<V> type,
      String keyDoc,
      String doc,
      String writer,
      Setting retention,
      Optional<Setting> partitions,
      Map<String, String> configs) {
    Map<String, String> all = new TreeMap<>(configs);
    all.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
    all.put(TopicConfig.SEGMENT_MS_CONFIG, millis(WINDOW_SLACK));
    return new Topic<>(
        suffix, type, keyDoc, doc, writer, DELETE, Optional.of(retention), partitions, all);
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
