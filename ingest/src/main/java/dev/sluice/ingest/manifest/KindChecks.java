package dev.sluice.ingest.manifest;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.service.Parsed;
import dev.sluice.core.service.ServiceReader;
import dev.sluice.core.service.SliceReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields that ingest itself reads of some kinds must have their types, a Service and an
 * EndpointSlice must be ones that can be read, and a kind is none that is nearly a policy's: what
 * an API server would not take does not get into the log. Everything else is for those who read the
 * kind.
 */
final class KindChecks {
  private static final Set<String> WORKLOADS =
      Set.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job");

  /** Read here alone: in a cluster the slices carry what follows from it. */
  private static final Set<String> DISTRIBUTIONS =
      Set.of("PreferClose", "PreferSameZone", "PreferSameNode");

  private static final long MOST_REPLICAS = 100_000;
  private static final long MOST_PORT = 65_535;

  private static final Set<String> POLICIES = policies();

  private KindChecks() {}

  private static Set<String> policies() {
    Set<String> kinds = new TreeSet<>(PolicyKind.texts());
    kinds.add(CidrGroup.KIND);
    kinds.add(ClusterSettings.KIND);
    return kinds;
  }

  static void check(ObjectKey key, Fields object) throws ManifestException {
    String kind = key.kind();
    misspelt(kind, object);
    if (kind.equals("Service")) {
      service(key, object);
    } else if (kind.equals("EndpointSlice")) {
      readable(SliceReader.read(key, object.values()), object);
      ServiceChecks.slice(object);
    } else if (kind.equals("Pod")) {
      pod(object);
    } else if (kind.equals("Node")) {
      node(object);
    } else if (WORKLOADS.contains(kind)) {
      workload(object.requiredFields("spec"));
    } else if (kind.equals("CronJob")) {
      Fields job = object.requiredFields("spec").requiredFields("jobTemplate");
      workload(job.requiredFields("spec"));
    }
  }

  /** A policy whose kind has a slip of the pen would be an object of somebody else's. */
  private static void misspelt(String kind, Fields object) throws ManifestException {
    Optional<Nearest.Match> meant = Nearest.of(kind, POLICIES);
    if (meant.isPresent() && meant.get().edits() > 0) {
      throw new ManifestException(
          "unknown-kind",
          object.line("kind"),
          "kind",
          "unknown kind " + kind + ": did you mean " + meant.get().word() + "?");
    }
  }

  private static void pod(Fields object) throws ManifestException {
    Fields spec = object.fields("spec");
    spec.text("nodeName");
    spec.flag("hostNetwork");
    spec.texts("nodeSelector");
    for (Fields container : spec.items("containers")) {
      for (Fields port : container.items("ports")) {
        port(port, "containerPort");
      }
    }
    PinnedAddresses.read(object.fields("metadata"));
    Fields status = object.fields("status");
    List<?> addresses = status.list("podIPs", Map.class, "a mapping {ip: …}");
    for (Object address : addresses) {
      if (!(((Map<?, ?>) address).get("ip") instanceof String text)) {
        throw new ManifestException(
            "wrong-type", status.line("podIPs"), status.path("podIPs"), "expected {ip: \"…\"}");
      }
      address(text, status, "podIPs");
    }
  }

  private static void port(Fields port, String field) throws ManifestException {
    Long number = port.number(field);
    if (number != null && (number < 1 || number > MOST_PORT)) {
      throw new ManifestException(
          "wrong-value",
          port.line(field),
          port.path(field),
          "expected a port from 1 to " + MOST_PORT + ", found " + number);
    }
  }

  private static void service(ObjectKey key, Fields object) throws ManifestException {
    readable(ServiceReader.read(key, object.values()), object);
    ServiceChecks.service(object);
    Fields spec = object.fields("spec");
    String distribution = spec.has("trafficDistribution") ? spec.text("trafficDistribution") : "";
    if (!distribution.isEmpty() && !DISTRIBUTIONS.contains(distribution)) {
      throw new ManifestException(
          "invalid-value",
          spec.line("trafficDistribution"),
          spec.path("trafficDistribution"),
          "'%s' is not known: write PreferSameZone, PreferSameNode or PreferClose"
              .formatted(distribution));
    }
  }

  private static void readable(Parsed<?> read, Fields object) throws ManifestException {
    if (read instanceof Parsed.Refused<?> refused) {
      Finding first = refused.findings().getFirst();
      throw new ManifestException(
          first.code(), object.lineOf(first.path()), first.path(), first.message());
    }
  }

  private static void workload(Fields spec) throws ManifestException {
    Long replicas = spec.number("replicas");
    if (replicas != null && (replicas < 0 || replicas > MOST_REPLICAS)) {
      throw new ManifestException(
          "wrong-value",
          spec.line("replicas"),
          spec.path("replicas"),
          "expected 0 to " + MOST_REPLICAS + ", found " + replicas);
    }
    Fields template = spec.requiredFields("template");
    Fields metadata = template.fields("metadata");
    metadata.labels("labels");
    metadata.texts("annotations");
    pod(template);
    Fields selector = spec.fields("selector");
    selector.texts("matchLabels");
    Map<String, Object> labels = metadata.fields("labels").values();
    for (Map.Entry<String, Object> wanted : selector.fields("matchLabels").values().entrySet()) {
      if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
        throw new ManifestException(
            "selector-mismatch",
            selector.line("matchLabels"),
            selector.path("matchLabels"),
            "the template's labels do not have %s=%s: the pods would not be its own"
                .formatted(wanted.getKey(), wanted.getValue()));
      }
    }
  }

  private static void node(Fields object) throws ManifestException {
    Fields spec = object.fields("spec");
    spec.flag("unschedulable");
    for (Object cidr : spec.list("podCIDRs", String.class, "a text (in quotes)")) {
      prefix(cidr.toString(), spec, "podCIDRs");
    }
    if (spec.has("podCIDR")) {
      prefix(spec.text("podCIDR"), spec, "podCIDR");
    }
    Fields status = object.fields("status");
    for (Object entry : status.list("addresses", Map.class, "a mapping {type: …, address: …}")) {
      Map<?, ?> address = (Map<?, ?>) entry;
      if (!(address.get("type") instanceof String type)
          || !(address.get("address") instanceof String text)) {
        throw new ManifestException(
            "wrong-type",
            status.line("addresses"),
            status.path("addresses"),
            "expected {type: InternalIP, address: \"…\"}");
      }
      if (type.equals("InternalIP")) {
        address(text, status, "addresses");
      }
    }
  }

  private static void prefix(String text, Fields fields, String field) throws ManifestException {
    try {
      Prefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ManifestException(
          "wrong-value",
          fields.line(field),
          fields.path(field),
          "'" + text + "' is not a prefix like 10.0.1.0/24");
    }
  }

  private static void address(String text, Fields fields, String field) throws ManifestException {
    try {
      IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ManifestException(
          "wrong-value",
          fields.line(field),
          fields.path(field),
          "'" + text + "' is not an IP address");
    }
  }
}
