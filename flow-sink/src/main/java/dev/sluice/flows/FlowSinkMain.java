package dev.sluice.flows;

import dev.sluice.flows.metrics.FlowMetrics;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/**
 * The flow-sink process: follows topics flows and node.status and serves them as metrics on {@code
 * sink.listen}. Hubble's API joins it there.
 */
public final class FlowSinkMain {
  /** Metrics are scraped every few seconds: not every status is worth waking up for. */
  private static final Duration STATUS_REST = Duration.ofMillis(500);

  private FlowSinkMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run("flow-sink", arguments, FlowSinkMain::start);
  }

  private static void start(Settings settings, ProcessLife life) throws Exception {
    try (Admin admin = KafkaClients.newAdmin(settings, "flow-sink")) {
      TopicCatalogue.ensure(admin, settings, List.of(Topics.FLOWS, Topics.NODE_STATUS));
    }
    TopicSerdes serdes = life.closing(TopicSerdes.connect(settings));
    serdes.register(Topics.FLOWS, Topics.NODE_STATUS);
    PrometheusRegistry registry = new PrometheusRegistry();
    FlowMetrics metrics = new FlowMetrics(registry);
    life.closing(
        Follower.start(
            settings, serdes, Topics.FLOWS, true, Duration.ZERO, metrics::count, life::fail));
    life.closing(
        Follower.start(
            settings, serdes, Topics.NODE_STATUS, false, STATUS_REST, metrics::report, life::fail));
    String listen = settings.required(Setting.SINK_LISTEN);
    int colon = listen.lastIndexOf(':');
    life.closing(
        HTTPServer.builder()
            .inetAddress(InetAddress.getByName(listen.substring(0, colon)))
            .port(Integer.parseInt(listen.substring(colon + 1)))
            .registry(registry)
            .buildAndStart());
  }
}
