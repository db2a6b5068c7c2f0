package dev.sluice.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.metrics.KafkaMetricsGroup;

/**
 * The real Kafka broker, KRaft, broker and controller in one, listening on 127.0.0.1, with its data
 * in a directory that outlives it. Everything of Kafka's that is not public API is used here and
 * nowhere else; the version is pinned.
 *
 * <p>A directory that was left by {@code kill -9} comes back with every record that was
 * acknowledged: the kernel has the pages, and Kafka checks the segments after its last checkpoint.
 * A machine that loses power may lose the last seconds: it is one broker, without replicas.
 *
 * <p>Thread-safe. Broken beyond repair (a full disk), Kafka ends the JVM.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int NODE_ID = 1;
  private static final String CONTROLLER = "CONTROLLER";
  private static final String CLIENTS = "PLAINTEXT";

  private final KafkaRaftServer server;
  private final int port;

  private EmbeddedBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts a broker over a directory, which is made and formatted when it is not yet one.
   *
   * @param port for clients; must be free
   * @throws IOException when the directory cannot be written
   * @throws org.apache.kafka.common.KafkaException when another broker has the directory, or the
   *     port is taken
   */
  public static EmbeddedBroker start(Path directory, int port) throws IOException {
    Path log = Files.createDirectories(directory.toAbsolutePath().normalize());
    if (!Files.exists(log.resolve("meta.properties"))) {
      format(log);
    }
    sampleRequestsEvenly();
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(properties(log, port, LoopbackPort.chooseOnesOwn()), false),
            Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw e;
    }
    return new EmbeddedBroker(server, port);
  }

  /** What clients set as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Stops in order, flushing everything; returns when it has ended. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  /**
   * Kafka notes eight numbers of every request, and sixteen of a fetch, each in a sorted tree of
   * samples that favours the recent: a sixth of what requests cost this broker, whose numbers
   * nobody reads. Who registers a histogram of that name first decides how it samples: an array, of
   * all times alike.
   */
  private static void sampleRequestsEvenly() {
    KafkaMetricsGroup requests = new KafkaMetricsGroup("kafka.network", "RequestMetrics");
    for (String request : List.of("Produce", "Fetch", "FetchConsumer")) {
      for (String number : NUMBERS_OF_REQUESTS) {
        requests.newHistogram(number, false, Map.of("request", request));
      }
    }
  }

  private static final List<String> NUMBERS_OF_REQUESTS =
      List.of(
          "RequestQueueTimeMs",
          "LocalTimeMs",
          "RemoteTimeMs",
          "ThrottleTimeMs",
          "ResponseQueueTimeMs",
          "ResponseSendTimeMs",
          "TotalTimeMs",
          "RequestBytes",
          "MessageConversionsTimeMs",
          "TemporaryMemoryBytes");

  private static void format(Path log) throws IOException {
    try {
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName(CONTROLLER)
          .setMetadataLogDirectory(log.toString())
          .addDirectory(log.toString())
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("cannot format " + log, e);
    }
  }

  private static Map<String, String> properties(Path log, int port, int controllerPort) {
    Map<String, String> all = new HashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", Integer.toString(NODE_ID));
    all.put(
        "listeners",
        "%s://%s:%d,%s://%s:%d".formatted(CLIENTS, HOST, port, CONTROLLER, HOST, controllerPort));
    all.put("advertised.listeners", "%s://%s:%d".formatted(CLIENTS, HOST, port));
    all.put("controller.listener.names", CONTROLLER);
    all.put("inter.broker.listener.name", CLIENTS);
    all.put("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT," + CLIENTS + ":PLAINTEXT");
    // The controller's port may differ from start to start: the voters are configuration, not data.
    all.put("controller.quorum.voters", "%d@%s:%d".formatted(NODE_ID, HOST, controllerPort));
    all.put("log.dirs", log.toString());
    all.put("auto.create.topics.enable", "false");
    all.putAll(ONE_BROKER);
    all.putAll(LIGHT);
    return all;
  }

  /** There are no replicas, and nobody to wait for. */
  private static final Map<String, String> ONE_BROKER =
      Map.ofEntries(
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"),
          Map.entry("min.insync.replicas", "1"),
          // The controller refuses a broker that was killed until its last session is over.
          Map.entry("broker.session.timeout.ms", "2000"),
          Map.entry("broker.heartbeat.interval.ms", "1000"),
          Map.entry("group.initial.rebalance.delay.ms", "0"),
          Map.entry("group.streams.initial.rebalance.delay.ms", "0"));

  /** Small segments and few threads: quick to recover, cheap beside everything else. */
  private static final Map<String, String> LIGHT =
      Map.ofEntries(
          Map.entry("offsets.topic.num.partitions", "4"),
          Map.entry("offsets.topic.segment.bytes", "4194304"),
          Map.entry("transaction.state.log.num.partitions", "1"),
          Map.entry("transaction.state.log.segment.bytes", "4194304"),
          Map.entry("share.coordinator.state.topic.num.partitions", "1"),
          Map.entry("log.segment.bytes", "16777216"),
          Map.entry("log.index.size.max.bytes", "1048576"),
          // A fetch reads the header of every batch from the index's last entry on: of small ones
          // that were a dozen system calls for each reader of a record.
          Map.entry("log.index.interval.bytes", "256"),
          Map.entry("log.cleaner.threads", "1"),
          Map.entry("log.cleaner.dedupe.buffer.size", "16777216"),
          Map.entry("num.recovery.threads.per.data.dir", "2"),
          Map.entry("num.network.threads", "2"),
          Map.entry("num.io.threads", "4"),
          Map.entry("background.threads", "2"));
}
