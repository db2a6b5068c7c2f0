package dev.sluice.core.service;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.service.ServiceFacts.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads a Service (core/v1) as the API server has it. */
public final class ServiceReader {
  /** As {@link #read(ObjectKey, Map)}, of a record. */
  public static final Function<ObjectEvent, Parsed<ServiceFacts>> READER =
      event -> read(event.key(), event.body());

  private static final String NONE = "None";

  /** What the API server fills in. */
  private static final int DEFAULT_AFFINITY_SECONDS = 10_800;

  private static final int MOST_AFFINITY_SECONDS = 86_400;

  private final ObjectKey key;
  private final ObjectBody body;
  private final ObjectBody spec;
  private final FieldReading reading = new FieldReading();

  private ServiceReader(ObjectKey key, Map<String, Object> body) {
    this.key = key;
    this.body = ObjectBody.of(body);
    this.spec = this.body.object("spec");
  }

  /**
   * @param body the object as parsed JSON
   */
  public static Parsed<ServiceFacts> read(ObjectKey key, Map<String, Object> body) {
    return new ServiceReader(key, body).read();
  }

  private Parsed<ServiceFacts> read() {
    Optional<Type> type = type(spec.text("type"));
    if (type.isEmpty()) {
      reading.refuse(
          "spec.type",
          "'%s' is not a type: write ClusterIP, NodePort, LoadBalancer or ExternalName"
              .formatted(spec.text("type")));
      return new Parsed.Refused<>(reading.findings());
    }
    List<IpAddress> clusterIps = type.get() == Type.EXTERNAL_NAME ? List.of() : clusterIps();
    List<Boolean> families = families(clusterIps);
    Predicate<IpAddress> ofFamily = address -> families.contains(address.v6());
    ServiceFacts facts =
        new ServiceFacts(
            key.namespace(),
            key.name(),
            type.get(),
            body.object("metadata").textMap("labels"),
            type.get() == Type.EXTERNAL_NAME ? new java.util.TreeMap<>() : spec.textMap("selector"),
            ports(),
            clusterIps,
            families,
            addresses(spec.texts("externalIPs"), "spec.externalIPs").filter(ofFamily).toList(),
            loadBalancerIps().filter(ofFamily).toList(),
            isLocal("internalTrafficPolicy"),
            isLocal("externalTrafficPolicy"),
            affinitySeconds(),
            sourceRanges(),
            reading.portOrNone(spec, "healthCheckNodePort", "spec"));
    reading.word(
        spec, "ipFamilyPolicy", "spec", "SingleStack", "PreferDualStack", "RequireDualStack");
    return reading.findings().isEmpty()
        ? new Parsed.Accepted<>(facts)
        : new Parsed.Refused<>(reading.findings());
  }

  private static Optional<Type> type(String text) {
    return switch (text) {
      case "", "ClusterIP" -> Optional.of(Type.CLUSTER_IP);
      case "NodePort" -> Optional.of(Type.NODE_PORT);
      case "LoadBalancer" -> Optional.of(Type.LOAD_BALANCER);
      case "ExternalName" -> Optional.of(Type.EXTERNAL_NAME);
      default -> Optional.empty();
    };
  }

  private List<IpAddress> clusterIps() {
    Stream<String> listed = spec.texts("clusterIPs");
    return addresses(
            Stream.concat(Stream.of(spec.text("clusterIP")), listed)
                .filter(text -> !text.isEmpty() && !text.equals(NONE)),
            "spec.clusterIPs")
        .distinct()
        .toList();
  }

  private Stream<IpAddress> addresses(Stream<String> texts, String path) {
    return texts.flatMap(text -> reading.address(text, path).stream());
  }

  /** As listed; else those of the cluster addresses. */
  private List<Boolean> families(List<IpAddress> clusterIps) {
    for (String family : spec.texts("ipFamilies").toList()) {
      if (!family.equals("IPv4") && !family.equals("IPv6")) {
        reading.refuse(
            "spec.ipFamilies", "'%s' is not a family: write IPv4 or IPv6".formatted(family));
      }
    }
    List<Boolean> listed =
        spec.texts("ipFamilies").map(family -> family.equals("IPv6")).distinct().toList();
    return listed.isEmpty() ? clusterIps.stream().map(IpAddress::v6).distinct().toList() : listed;
  }

  /** An address whose traffic a load balancer sends on to node ports is not ours to catch. */
  private Stream<IpAddress> loadBalancerIps() {
    Stream<String> texts =
        body.object("status")
            .object("loadBalancer")
            .objects("ingress")
            .filter(ingress -> !ingress.text("ipMode").equals("Proxy"))
            .map(ingress -> ingress.text("ip"))
            .filter(text -> !text.isEmpty());
    return addresses(texts, "status.loadBalancer.ingress");
  }

  private List<ServiceFacts.Port> ports() {
    List<ServiceFacts.Port> ports = new ArrayList<>();
    int index = 0;
    for (ObjectBody port : spec.objects("ports").toList()) {
      String path = "spec.ports[" + index++ + "]";
      L4 protocol = reading.protocol(port, path).orElse(L4.TCP);
      int number = reading.port(port, "port", path);
      if (port.fields().get("targetPort") instanceof Number) { // else it is the name of one
        reading.portOrNone(port, "targetPort", path);
      }
      String target = port.text("targetPort");
      ports.add(
          new ServiceFacts.Port(
              port.text("name"),
              protocol,
              number,
              target.isEmpty() || target.equals("0") ? Integer.toString(number) : target,
              reading.portOrNone(port, "nodePort", path)));
    }
    return ports;
  }

  private boolean isLocal(String trafficPolicy) {
    return reading.word(spec, trafficPolicy, "spec", "Cluster", "Local").equals("Local");
  }

  private int affinitySeconds() {
    if (reading.word(spec, "sessionAffinity", "spec", "None", "ClientIP").equals("None")) {
      return 0;
    }
    return reading.number(
        spec.object("sessionAffinityConfig").object("clientIP"),
        "timeoutSeconds",
        "spec.sessionAffinityConfig.clientIP",
        1,
        MOST_AFFINITY_SECONDS,
        DEFAULT_AFFINITY_SECONDS);
  }

  private List<Prefix> sourceRanges() {
    return spec.texts("loadBalancerSourceRanges")
        .flatMap(text -> reading.prefix(text, "spec.loadBalancerSourceRanges").stream())
        .distinct()
        .sorted()
        .toList();
  }
}
