package dev.sluice.flows;

import dev.sluice.flows.metrics.FlowMetrics;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;

/**
 * The flow-sink process: follows topics flows and node.status and serves them as metrics on {@code
 * sink.listen}. Hubble's API joins it there.
 */
public final class FlowSinkMain {
  /** Metrics are scraped every few seconds: not every status is worth waking up for. */
  private static final Duration STATUS_REST = Duration.ofMillis(500);

  private static final Pattern HOST_AND_PORT = Pattern.compile("(.+):([0-9]{1,5})");
  private static final int LAST_PORT = 65535;

  private FlowSinkMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run("flow-sink", arguments, FlowSinkMain::start);
  }

  private static void start(Settings settings, ProcessLife life) throws Exception {
    InetSocketAddress listen = listen(settings); // a mistake there ends the process at once
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
    life.closing(
        HTTPServer.builder()
            .inetAddress(listen.getAddress())
            .port(listen.getPort())
            .registry(registry)
            .buildAndStart());
  }

  /**
   * Where the settings say that the process serves.
   *
   * @throws SettingsException when that is no host and port
   */
  static InetSocketAddress listen(Settings settings) {
    String text = settings.required(Setting.SINK_LISTEN);
    Matcher form = HOST_AND_PORT.matcher(text);
    int port = form.matches() ? Integer.parseInt(form.group(2)) : -1;
    InetSocketAddress address =
        port < 0 || port > LAST_PORT ? null : new InetSocketAddress(form.group(1), port);
    if (address == null || address.isUnresolved()) {
      throw new SettingsException(
          "setting %s is '%s': write host:port, as in %s"
              .formatted(Setting.SINK_LISTEN.key(), text, Setting.SINK_LISTEN.defaultValue()));
    }
    return address;
  }
}
