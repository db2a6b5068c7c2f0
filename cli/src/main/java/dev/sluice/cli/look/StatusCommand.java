package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Version;
import dev.sluice.cli.output.Table;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.lab.LabHandle;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.MapPressure;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Whether what is desired is enforced, and what is lost or refused.")
final class StatusCommand implements Callable<Integer> {
  @Mixin private DataOption data;
  @Mixin private OutputOptions output;

  @Option(names = "--verbose", description = "Also each node's maps, and every diagnostic.")
  private boolean verbose;

  @Override
  public Integer call() {
    LabHandle lab = data.lab();
    try (LabTopics topics = LabTopics.open(lab)) {
      ClusterView cluster = ClusterView.read(topics);
      List<ServiceView> services = verbose ? ServiceView.read(topics) : List.of();
      List<Revision> revisions =
          topics.all(Topics.REVISIONS).stream().map(TopicReader.Entry::value).toList();
      Collection<Diagnostic> diagnostics = topics.latest(Topics.DIAGNOSTICS).values();
      Instant now = Instant.now();
      Duration interval = topics.settings().duration(Setting.NODE_STATUS_INTERVAL);
      List<NodeHealth> nodes =
          cluster.nodes().values().stream()
              .map(status -> NodeHealth.of(status, cluster, now, interval))
              .toList();
      Counts counts =
          Counts.of(cluster, nodes, PolicyView.of(cluster, revisions, diagnostics), diagnostics);
      output.print(
          () -> table(lab, cluster, counts, nodes, now, diagnostics, services),
          () -> json(lab, cluster, counts, nodes, diagnostics));
    }
    return 0;
  }

  /** The numbers of the overview. */
  private record Counts(
      long policies,
      long refused,
      long warnings,
      long identities,
      long endpoints,
      long ready,
      long nodes,
      long current,
      long stale,
      long produced,
      long consumed,
      long lostKernel,
      long lostUser) {
    static Counts of(
        ClusterView cluster,
        List<NodeHealth> health,
        List<PolicyView> policies,
        Collection<Diagnostic> diagnostics) {
      Collection<NodeStatus> nodes = cluster.nodes().values();
      return new Counts(
          policies.stream().filter(policy -> policy.revision() > 0).count(),
          diagnostics.stream().filter(d -> d.getSeverity() == Severity.REFUSED).count(),
          diagnostics.stream().filter(d -> d.getSeverity() == Severity.WARNING).count(),
          cluster.endpoints().stream()
              .map(view -> view.endpoint().getIdentity())
              .distinct()
              .count(),
          cluster.endpoints().size(),
          cluster.endpoints().stream().filter(view -> view.state().equals("ready")).count(),
          nodes.size(),
          health.stream().filter(node -> node.state() == NodeHealth.State.OK).count(),
          health.stream().filter(node -> node.state() == NodeHealth.State.STALE).count(),
          nodes.stream().mapToLong(NodeStatus::getEventsProduced).sum(),
          nodes.stream().mapToLong(NodeStatus::getEventsConsumed).sum(),
          nodes.stream().mapToLong(NodeStatus::getEventsLostKernel).sum(),
          nodes.stream().mapToLong(NodeStatus::getEventsLostUser).sum());
    }
  }

  private static String mode(ClusterView cluster) {
    return cluster.enforcement().name().toLowerCase(java.util.Locale.ROOT);
  }

  private Table table(
      LabHandle lab,
      ClusterView cluster,
      Counts counts,
      List<NodeHealth> nodes,
      Instant now,
      Collection<Diagnostic> diagnostics,
      List<ServiceView> services) {
    Table table = new Table("COMPONENT", "STATUS");
    table.row("Sluice", "Ok   " + Version.line());
    table.row("Kafka", "Ok   " + lab.bootstrapServers());
    table.row("Schema registry", "Ok   " + lab.registryUrl());
    table.row("KubeProxyReplacement", ServiceDetails.isWhole(cluster) ? "True" : "False");
    table.row(
        "Policy",
        "revision %d, hash %s; %d policies, %d refused, %d warnings"
            .formatted(
                cluster.mark().getRevision(),
                cluster.mark().getHash(),
                counts.policies(),
                counts.refused(),
                counts.warnings()));
    table.row("Enforcement mode", mode(cluster));
    table.row(
        "Nodes",
        counts.current()
            + "/"
            + counts.nodes()
            + " have realised it"
            + (counts.stale() == 0 ? "" : ", " + counts.stale() + " say nothing"));
    table.row("Endpoints", counts.ready() + "/" + counts.endpoints() + " ready");
    table.row(
        "Identities",
        "%d in use; the highest number of a pod is %d of %d"
            .formatted(counts.identities(), highestNumber(cluster), IdentityScope.PODS.last()));
    table.row(
        "Flow events",
        "%d produced, %d consumed, %d lost in the kernel, %d lost after it"
            .formatted(
                counts.produced(), counts.consumed(), counts.lostKernel(), counts.lostUser()));
    for (NodeHealth node : nodes) {
      table.row(node.status().getNode(), node.text(now));
      if (verbose) {
        node.status().getMaps().forEach(map -> table.row("  map " + map.getName(), pressure(map)));
        if (!node.status().getDns().isEmpty()) {
          table.row("  dns", counts(node.status()));
        }
        if (node.status().getHealthTurnedAway() > 0) {
          table.row(
              "  health ports",
              node.status().getHealthTurnedAway() + " connections closed to make room for others");
        }
      }
    }
    if (verbose) {
      ServiceDetails.of(cluster, services).forEach(table::row);
    }
    diagnostics.stream()
        .filter(d -> verbose || d.getSeverity() == Severity.ERROR)
        .forEach(
            d ->
                table.row(
                    "  " + d.getSeverity().name().toLowerCase(java.util.Locale.ROOT),
                    d.getKind()
                        + " "
                        + d.getNamespace()
                        + "/"
                        + d.getName()
                        + ": "
                        + d.getMessage()));
    return table;
  }

  /** Numbers are never given twice: how near the end they are. */
  private static int highestNumber(ClusterView cluster) {
    return cluster.endpoints().stream()
        .mapToInt(view -> view.endpoint().getIdentity())
        .filter(IdentityScope.PODS::has)
        .max()
        .orElse(0);
  }

  private static String counts(NodeStatus node) {
    return new TreeMap<>(node.getDns())
        .entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String pressure(MapPressure map) {
    return map.getEntries() + "/" + map.getCapacity();
  }

  private static ObjectNode json(
      LabHandle lab,
      ClusterView cluster,
      Counts counts,
      List<NodeHealth> health,
      Collection<Diagnostic> diagnostics) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", Version.line());
    json.put("bootstrapServers", lab.bootstrapServers());
    json.put("registryUrl", lab.registryUrl());
    json.put("kubeProxyReplacement", ServiceDetails.isWhole(cluster) ? "True" : "False");
    json.put("revision", cluster.mark().getRevision());
    json.put("hash", cluster.mark().getHash());
    json.put("position", cluster.mark().getPosition());
    json.put("policyEnforcementMode", mode(cluster));
    json.put("policies", counts.policies());
    json.put("refused", counts.refused());
    json.put("warnings", counts.warnings());
    json.put("identities", counts.identities());
    json.put("highestNumber", highestNumber(cluster));
    json.put("endpoints", counts.endpoints());
    json.put("endpointsReady", counts.ready());
    json.putObject("flowEvents")
        .put("produced", counts.produced())
        .put("consumed", counts.consumed())
        .put("lostKernel", counts.lostKernel())
        .put("lostUser", counts.lostUser());
    ArrayNode nodes = json.putArray("nodes");
    for (NodeHealth each : health) {
      NodeStatus node = each.status();
      ObjectNode one = nodes.addObject();
      one.put("name", node.getNode());
      one.put("state", each.state().text());
      one.put("time", node.getTime().toString());
      one.put("revision", node.getRevision());
      one.put("position", node.getPosition());
      one.put("hash", node.getHash());
      one.put("endpoints", node.getEndpoints().size());
      one.put("message", node.getMessage());
      ObjectNode dns = one.putObject("dns");
      new TreeMap<>(node.getDns()).forEach(dns::put);
      one.put("healthTurnedAway", node.getHealthTurnedAway());
      ArrayNode maps = one.putArray("maps");
      for (MapPressure map : node.getMaps()) {
        maps.addObject()
            .put("name", map.getName())
            .put("entries", map.getEntries())
            .put("capacity", map.getCapacity());
      }
    }
    ArrayNode told = json.putArray("diagnostics");
    for (Diagnostic d : diagnostics) {
      told.addObject()
          .put("severity", d.getSeverity().name().toLowerCase(java.util.Locale.ROOT))
          .put("code", d.getCode())
          .put("kind", d.getKind())
          .put("namespace", d.getNamespace())
          .put("name", d.getName())
          .put("message", d.getMessage());
    }
    return json;
  }
}
