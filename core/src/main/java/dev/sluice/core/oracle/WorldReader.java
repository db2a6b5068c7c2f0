package dev.sluice.core.oracle;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.ClusterSettingsParser;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.ParsedSettings;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.SystemPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a world from Kubernetes objects, each as parsed JSON.
 *
 * <ol>
 *   <li>A pod has a place in it when it is on a node, has an address, is not in the node's network
 *       and is not finished.
 *   <li>A node's own addresses are its InternalIPs and the first of each of its pod CIDRs.
 *   <li>The API server is at the addresses of the EndpointSlices of default/kubernetes.
 *   <li>Where there are SluiceSettings, their word counts.
 *   <li>A policy that the language refuses is not in it: whoever wants the last accepted version of
 *       an object gives that one.
 * </ol>
 */
public final class WorldReader {
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  private final SortedMap<ObjectKey, Map<String, Object>> objects;

  private WorldReader(Map<ObjectKey, Map<String, Object>> objects) {
    this.objects = new TreeMap<>(objects);
  }

  /**
   * @param objects bodies by key; kinds that mean nothing here are passed over
   * @param learnt what DNS has said
   */
  public static World read(
      Map<ObjectKey, Map<String, Object>> objects,
      World.Settings settings,
      List<World.Learnt> learnt) {
    return new WorldReader(objects).read(settings, learnt);
  }

  private World read(World.Settings given, List<World.Learnt> learnt) {
    Map<String, Map<String, String>> namespaces = new TreeMap<>();
    List<World.Pod> pods = new ArrayList<>();
    List<World.Node> nodes = new ArrayList<>();
    List<World.Service> services = new ArrayList<>();
    List<World.CidrGroup> groups = new ArrayList<>();
    List<Policy> policies = new ArrayList<>();
    objects.forEach(
        (key, body) -> {
          Fields fields = Fields.of(body);
          switch (key.kind()) {
            case "Namespace" -> namespaces.put(key.name(), labels(fields));
            case "Pod" -> pod(key, fields).ifPresent(pods::add);
            case "Node" -> nodes.add(node(key, fields));
            case "Service" -> services.add(service(key, fields));
            case "CiliumCIDRGroup" -> groups.add(group(key, fields));
            case ClusterSettings.KIND -> {}
            default -> policy(key, body).ifPresent(policies::add);
          }
        });
    written().flatMap(SystemPolicy::of).ifPresent(policies::add);
    return new World(
        settings(given),
        namespaces,
        pods,
        nodes,
        services,
        groups,
        endpoints("default", "kubernetes"),
        learnt,
        policies);
  }

  private World.Settings settings(World.Settings given) {
    return written()
        .map(
            settings ->
                new World.Settings(given.cluster(), settings.enforcement(), given.mechanisms()))
        .orElse(given);
  }

  private Optional<ClusterSettings> written() {
    Map<String, Object> body = objects.get(ClusterSettings.KEY);
    return body != null
            && ClusterSettingsParser.parse(ClusterSettings.KEY, body)
                instanceof ParsedSettings.Accepted(ClusterSettings settings)
        ? Optional.of(settings)
        : Optional.empty();
  }

  private static Map<String, String> labels(Fields body) {
    return body.at("metadata").textMap("labels");
  }

  private static Optional<World.Pod> pod(ObjectKey key, Fields body) {
    Fields spec = body.at("spec");
    Fields status = body.at("status");
    List<IpAddress> addresses =
        Stream.concat(
                status.objects("podIPs").map(one -> one.text("ip")),
                Stream.of(status.text("podIP")))
            .flatMap(text -> Fields.address(text).stream())
            .distinct()
            .toList();
    boolean hasPlace =
        !spec.text("nodeName").isEmpty()
            && !spec.has("hostNetwork", "true")
            && !addresses.isEmpty()
            && !FINISHED.contains(status.text("phase"));
    if (!hasPlace) {
      return Optional.empty();
    }
    String account = spec.text("serviceAccountName");
    return Optional.of(
        new World.Pod(
            key.namespace(),
            key.name(),
            labels(body),
            account.isEmpty() ? "default" : account,
            spec.text("nodeName"),
            addresses,
            namedPorts(spec),
            body.at("metadata").at("annotations").has(Policy.AUDIT_ANNOTATION, "Enabled")));
  }

  private static List<World.NamedPort> namedPorts(Fields spec) {
    return spec.objects("containers")
        .flatMap(container -> container.objects("ports"))
        .filter(port -> !port.text("name").isEmpty())
        .map(
            port ->
                new World.NamedPort(
                    port.text("name"),
                    Integer.parseInt(port.text("containerPort")),
                    switch (port.text("protocol")) {
                      case "UDP" -> 17;
                      case "SCTP" -> 132;
                      default -> 6;
                    }))
        .toList();
  }

  private static World.Node node(ObjectKey key, Fields body) {
    Fields spec = body.at("spec");
    List<Prefix> podCidrs =
        Stream.concat(spec.texts("podCIDRs"), Stream.of(spec.text("podCIDR")))
            .flatMap(text -> Fields.prefix(text).stream())
            .distinct()
            .toList();
    Stream<IpAddress> underlay =
        body.at("status")
            .objects("addresses")
            .filter(one -> one.has("type", "InternalIP"))
            .flatMap(one -> Fields.address(one.text("address")).stream());
    Stream<IpAddress> gateways =
        podCidrs.stream().filter(one -> !one.isSingle()).map(one -> one.address().plus(1));
    return new World.Node(key.name(), Stream.concat(underlay, gateways).toList(), podCidrs);
  }

  private World.Service service(ObjectKey key, Fields body) {
    return new World.Service(
        key.namespace(),
        key.name(),
        labels(body),
        body.at("spec").textMap("selector"),
        endpoints(key.namespace(), key.name()));
  }

  private List<IpAddress> endpoints(String namespace, String service) {
    return objects.entrySet().stream()
        .filter(one -> one.getKey().kind().equals("EndpointSlice"))
        .filter(one -> one.getKey().namespace().equals(namespace))
        .map(one -> Fields.of(one.getValue()))
        .filter(slice -> service.equals(labels(slice).get(SERVICE_NAME)))
        .flatMap(slice -> slice.objects("endpoints"))
        .flatMap(endpoint -> endpoint.texts("addresses"))
        .flatMap(text -> Fields.address(text).stream())
        .distinct()
        .toList();
  }

  private static World.CidrGroup group(ObjectKey key, Fields body) {
    List<Prefix> prefixes =
        body.at("spec")
            .texts("externalCIDRs")
            .flatMap(text -> Fields.prefix(text).stream())
            .toList();
    return new World.CidrGroup(key.name(), labels(body), prefixes);
  }

  private static Optional<Policy> policy(ObjectKey key, Map<String, Object> body) {
    return PolicyParser.isPolicy(key.kind())
            && PolicyParser.parse(key, body) instanceof ParsedPolicy.Accepted accepted
        ? Optional.of(accepted.policy())
        : Optional.empty();
  }
}
