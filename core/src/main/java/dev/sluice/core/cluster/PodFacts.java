package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.Policy;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the fold keeps of a pod that has an endpoint. Two versions of a pod that differ in nothing
 * here are the same to the network.
 *
 * @param labels the pod's own identity-relevant labels
 * @param audit whether what policies would drop for it passes and is told
 * @param workloadKind of the controller: Deployment, DaemonSet, …; empty for none
 */
public record PodFacts(
    String namespace,
    String name,
    String uid,
    String node,
    List<IpAddress> addresses,
    SortedMap<String, String> labels,
    String serviceAccount,
    String workloadKind,
    String workload,
    List<ClusterRecord.NamedPort> namedPorts,
    boolean audit) {
  /** As {@link #read}; what a record says of its pod. */
  public static final Function<ObjectEvent, Optional<PodFacts>> READER = PodFacts::read;

  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
  private static final String TEMPLATE_HASH = "pod-template-hash";

  public PodFacts {
    addresses = List.copyOf(addresses);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    namedPorts = List.copyOf(namedPorts);
  }

  /** {@code namespace/name}. */
  public String key() {
    return namespace + "/" + name;
  }

  /**
   * Reads a pod; empty when it has no endpoint: not scheduled or without address, in the node's
   * network, or finished.
   */
  static Optional<PodFacts> read(ObjectEvent event) {
    ObjectBody body = ReadFields.body(event);
    ObjectBody spec = body.object("spec");
    ObjectBody status = body.object("status");
    List<IpAddress> addresses = addresses(status);
    if (spec.text("nodeName").isEmpty()
        || spec.isTrue("hostNetwork")
        || addresses.isEmpty()
        || FINISHED.contains(status.text("phase"))) {
      return Optional.empty();
    }
    TreeMap<String, String> labels = body.object("metadata").textMap("labels");
    Owner owner = Owner.of(body.object("metadata"), labels.getOrDefault(TEMPLATE_HASH, ""));
    labels.keySet().removeIf(key -> PodLabels.isOurs(key) || !IdentityFilter.counts(key));
    String account = spec.text("serviceAccountName");
    return Optional.of(
        new PodFacts(
            event.key().namespace(),
            event.key().name(),
            event.uid() == null ? "" : event.uid(),
            spec.text("nodeName"),
            addresses,
            labels,
            // What the API server fills in when the manifest does not say.
            account.isEmpty() ? "default" : account,
            owner.kind,
            owner.name,
            namedPorts(spec),
            isAudited(body.object("metadata"))));
  }

  private static boolean isAudited(ObjectBody metadata) {
    return "Enabled".equals(metadata.textMap("annotations").get(Policy.AUDIT_ANNOTATION));
  }

  private static List<IpAddress> addresses(ObjectBody status) {
    Stream<String> listed = status.objects("podIPs").map(entry -> entry.text("ip"));
    return Stream.concat(listed, Stream.of(status.text("podIP")))
        .flatMap(text -> Literals.address(text).stream())
        .distinct()
        .toList();
  }

  private static List<ClusterRecord.NamedPort> namedPorts(ObjectBody spec) {
    return spec.objects("containers")
        .flatMap(container -> container.objects("ports"))
        .filter(port -> !port.text("name").isEmpty())
        .map(
            port ->
                new ClusterRecord.NamedPort(
                    port.text("name"),
                    port.number("containerPort"),
                    port.text("protocol").isEmpty() ? "TCP" : port.text("protocol")))
        .toList();
  }

  private record Owner(String kind, String name) {
    /** The controller; for a ReplicaSet that a Deployment made, the Deployment. */
    static Owner of(ObjectBody metadata, String templateHash) {
      Owner owner =
          metadata
              .objects("ownerReferences")
              .filter(reference -> reference.isTrue("controller"))
              .map(reference -> new Owner(reference.text("kind"), reference.text("name")))
              .findFirst()
              .orElse(new Owner("", ""));
      String suffix = "-" + templateHash;
      return owner.kind.equals("ReplicaSet")
              && !templateHash.isEmpty()
              && owner.name.endsWith(suffix)
          ? new Owner("Deployment", owner.name.substring(0, owner.name.length() - suffix.length()))
          : owner;
    }
  }
}
