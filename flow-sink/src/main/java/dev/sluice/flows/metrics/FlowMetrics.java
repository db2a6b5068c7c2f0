package dev.sluice.flows.metrics;

import dev.sluice.flows.hubble.FlowText;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.MapPressure;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Verdict;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/**
 * Counts flows under hubble's metric names, and mirrors what nodes say of losses. A flow that sums
 * packets counts as many. Thread-safe.
 */
public final class FlowMetrics {
  private final Counter processed;
  private final Counter drops;
  private final Counter verdicts;
  private final Counter services;
  private final Gauge lost;
  private final Gauge revision;
  private final Gauge dns;
  private final Gauge pressure;
  private final Gauge health;

  public FlowMetrics(PrometheusRegistry registry) {
    processed =
        Counter.builder()
            .name("hubble_flows_processed_total")
            .help("Flows read from topic flows.")
            .labelNames("type", "subtype", "verdict")
            .register(registry);
    drops =
        Counter.builder()
            .name("hubble_drop_total")
            .help("Dropped packets by hubble's reason.")
            .labelNames("reason", "protocol")
            .register(registry);
    verdicts =
        Counter.builder()
            .name("hubble_policy_verdicts_total")
            .help("Policy verdicts.")
            .labelNames("direction", "match", "action")
            .register(registry);
    services =
        Counter.builder()
            .name("sluice_service_connections_total")
            .help("Connections that dialled a Service, by what became of them.")
            .labelNames("service", "outcome")
            .register(registry);
    lost =
        Gauge.builder()
            .name("hubble_lost_events")
            .help("Flow events that a node lost since its tables were made.")
            .labelNames("node", "source")
            .register(registry);
    revision =
        Gauge.builder()
            .name("sluice_node_policy_revision")
            .help("Policy revision that a node has realised.")
            .labelNames("node")
            .register(registry);
    dns =
        Gauge.builder()
            .name("sluice_dns_messages")
            .help("What a node's DNS proxy did since its process began, by what became of it.")
            .labelNames("node", "outcome")
            .register(registry);
    pressure =
        Gauge.builder()
            .name("sluice_bpf_map_pressure")
            .help("How full a map of a node's kernel is, 0 to 1.")
            .labelNames("node", "map_name")
            .register(registry);
    health =
        Gauge.builder()
            .name("sluice_health_connections_turned_away")
            .help("Connections to a node's healthCheckNodePorts closed to make room for others.")
            .labelNames("node")
            .register(registry);
  }

  public void count(Flow flow) {
    processed
        .labelValues(
            flow.getKind() == FlowKind.L7 ? "L7" : "L3_L4",
            flow.getKind().name().toLowerCase(Locale.ROOT),
            flow.getVerdict().name())
        .inc(flow.getCount());
    boolean dropped = flow.getVerdict() == Verdict.DROPPED;
    if (dropped) {
      drops
          .labelValues(
              FlowText.dropReasonName(flow.getDropReason()), FlowText.protocol(flow.getProtocol()))
          .inc(flow.getCount());
    }
    if (!flow.getService().isEmpty() && (flow.getKind() == FlowKind.START || dropped)) {
      services
          .labelValues(
              flow.getService(),
              dropped ? FlowText.dropReasonName(flow.getDropReason()) : "FORWARDED")
          .inc(flow.getCount());
    }
    if (flow.getKind() == FlowKind.START || dropped) {
      verdicts
          .labelValues(
              flow.getDirection().name().toLowerCase(Locale.ROOT),
              FlowText.policyMatch(flow.getPolicyMatch()),
              dropped ? "dropped" : "forwarded")
          .inc(flow.getCount());
    }
  }

  public void report(NodeStatus node) {
    lost.labelValues(node.getNode(), "kernel").set(node.getEventsLostKernel());
    lost.labelValues(node.getNode(), "user").set(node.getEventsLostUser());
    revision.labelValues(node.getNode()).set(node.getRevision());
    node.getDns().forEach((what, count) -> dns.labelValues(node.getNode(), what).set(count));
    for (MapPressure map : node.getMaps()) {
      double held = (double) map.getEntries() / Math.max(1, map.getCapacity());
      pressure.labelValues(node.getNode(), map.getName()).set(held);
    }
    health.labelValues(node.getNode()).set(node.getHealthTurnedAway());
  }
}
