package dev.sluice.flows.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.MapPressure;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Connections of each Service, those of clients outside the cluster too; how full maps are. */
class FlowMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final FlowMetrics metrics = new FlowMetrics(registry);

  /** Of a client outside that dialled a node port. */
  private static Flow.Builder outside(FlowKind kind, String service) {
    return Flow.newBuilder()
        .setTime(Instant.parse("2026-11-20T10:00:00Z"))
        .setUuid("6b2c")
        .setNode("node-1")
        .setIpVersion(4)
        .setProtocol(6)
        .setTcpFlags(2)
        .setRevision(12)
        .setKind(kind)
        .setVerdict(Verdict.FORWARDED)
        .setDirection(TrafficDirection.INGRESS)
        .setReply(false)
        .setSourceIp("203.0.113.66")
        .setSourcePort(41000)
        .setDestinationIp("10.0.2.6")
        .setDestinationPort(8080)
        .setSource(
            FlowPeer.newBuilder().setIdentity(2).setLabels(List.of("reserved:world")).build())
        .setDestination(FlowPeer.newBuilder().setIdentity(257).setLabels(List.of()).build())
        .setService(service);
  }

  private static Flow dropped(int reason, int count) {
    return outside(FlowKind.DROP, "shop/web")
        .setVerdict(Verdict.DROPPED)
        .setDropReason(reason)
        .setCount(count)
        .build();
  }

  /** {@code service outcome} to how many. */
  private Map<String, Double> counted() {
    Map<String, Double> all = new TreeMap<>();
    registry.scrape("sluice_service_connections"::equals).stream()
        .map(CounterSnapshot.class::cast)
        .flatMap(counter -> counter.getDataPoints().stream())
        .forEach(
            point ->
                all.put(
                    point.getLabels().get("service") + " " + point.getLabels().get("outcome"),
                    point.getValue()));
    return all;
  }

  @Test
  void aServiceCountsConnectionsNotTheirEndsAndWhatBecameOfThem() {
    metrics.count(outside(FlowKind.START, "shop/web").build());
    metrics.count(outside(FlowKind.START, "shop/web").build());
    metrics.count(outside(FlowKind.END, "shop/web").build());
    metrics.count(outside(FlowKind.START, "").build()); // dialled the pod itself
    metrics.count(dropped(158, 1));
    metrics.count(dropped(177, 4)); // a sum of repeats
    assertEquals(
        Map.of(
            "shop/web FORWARDED",
            2.0,
            "shop/web SERVICE_BACKEND_NOT_FOUND",
            1.0,
            "shop/web DENIED_BY_LB_SRC_RANGE_CHECK",
            4.0),
        counted());
  }

  @Test
  void aNodeSaysHowFullItsMapsAre() {
    metrics.report(
        NodeStatus.newBuilder()
            .setNode("node-1")
            .setTime(Instant.parse("2026-11-20T10:00:00Z"))
            .setPosition(7)
            .setRevision(12)
            .setHash("")
            .setEndpoints(List.of())
            .setMaps(
                List.of(new MapPressure("slc_nat", 500L, 2000L), new MapPressure("slc_ct", 0L, 0L)))
            .setEventsProduced(0)
            .setEventsConsumed(0)
            .setEventsLostKernel(0)
            .setEventsLostUser(0)
            .setMessage("")
            .setSubjects(List.of())
            .setFeatures(List.of())
            .setDns(Map.of())
            .build());
    Map<String, Double> full = new TreeMap<>();
    registry.scrape("sluice_bpf_map_pressure"::equals).stream()
        .map(GaugeSnapshot.class::cast)
        .flatMap(gauge -> gauge.getDataPoints().stream())
        .forEach(point -> full.put(point.getLabels().get("map_name"), point.getValue()));
    assertEquals(Map.of("slc_nat", 0.25, "slc_ct", 0.0), full);
  }
}
