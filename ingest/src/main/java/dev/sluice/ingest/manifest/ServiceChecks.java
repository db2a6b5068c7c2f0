package dev.sluice.ingest.manifest;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.Nearest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What an API server refuses of Services and EndpointSlices that can be read: fields that would be
 * without effect, or of an effect that nobody means. Where there is an API server it has looked
 * already.
 */
final class ServiceChecks {
  private static final Set<String> SPEC =
      Set.of(
          "allocateLoadBalancerNodePorts",
          "clusterIP",
          "clusterIPs",
          "externalIPs",
          "externalName",
          "externalTrafficPolicy",
          "healthCheckNodePort",
          "internalTrafficPolicy",
          "ipFamilies",
          "ipFamilyPolicy",
          "loadBalancerClass",
          "loadBalancerIP",
          "loadBalancerSourceRanges",
          "ports",
          "publishNotReadyAddresses",
          "selector",
          "sessionAffinity",
          "sessionAffinityConfig",
          "trafficDistribution",
          "type");

  private static final Set<String> PORT =
      Set.of("appProtocol", "name", "nodePort", "port", "protocol", "targetPort");

  private static final Set<String> SLICE =
      Set.of("addressType", "apiVersion", "endpoints", "kind", "metadata", "ports");

  private static final Set<String> ENDPOINT =
      Set.of(
          "addresses",
          "conditions",
          "deprecatedTopology",
          "hints",
          "hostname",
          "nodeName",
          "targetRef",
          "zone");

  private static final Set<String> CONDITIONS = Set.of("ready", "serving", "terminating");

  /** Names of ports of containers, as IANA writes names of services. */
  private static final Pattern PORT_NAME =
      Pattern.compile("(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?");

  /** Whose traffic nobody may take: a host's own, and what is for a link alone or for many. */
  private static final List<Prefix> SPECIAL =
      List.of(
          Prefix.parse("0.0.0.0/32"),
          Prefix.parse("127.0.0.0/8"),
          Prefix.parse("169.254.0.0/16"),
          Prefix.parse("224.0.0.0/4"),
          Prefix.parse("::/128"),
          Prefix.parse("::1/128"),
          Prefix.parse("fe80::/10"),
          Prefix.parse("ff00::/8"));

  private ServiceChecks() {}

  static void service(Fields object) throws ManifestException {
    Fields spec = object.fields("spec");
    spelt(spec, SPEC);
    String type = spec.has("type") ? spec.text("type") : "ClusterIP";
    if (type.equals("ExternalName")) {
      spec.requiredText("externalName");
      return;
    }
    boolean headless =
        "None".equals(spec.text("clusterIP")) || List.of("None").equals(clusterIps(spec));
    refuse(
        headless && !type.equals("ClusterIP"),
        spec,
        "clusterIP",
        "a %s needs a cluster address: leave the field out, or write type ClusterIP"
            .formatted(type));
    List<Fields> ports = spec.items("ports");
    refuse(
        ports.isEmpty() && !headless, spec, "ports", "a Service without ports: write one at least");
    ports(ports, type);
    boolean balanced = type.equals("LoadBalancer");
    boolean local = "Local".equals(spec.text("externalTrafficPolicy"));
    refuse(
        spec.has("externalTrafficPolicy") && type.equals("ClusterIP") && !spec.has("externalIPs"),
        spec,
        "externalTrafficPolicy",
        "it is without effect: nobody outside reaches a ClusterIP without externalIPs");
    refuse(
        spec.has("loadBalancerSourceRanges") && !balanced,
        spec,
        "loadBalancerSourceRanges",
        "they keep nobody away from a %s: write type LoadBalancer, or a policy".formatted(type));
    refuse(
        spec.has("healthCheckNodePort")
            && spec.number("healthCheckNodePort") != 0
            && !(balanced && local),
        spec,
        "healthCheckNodePort",
        "it is served for type LoadBalancer with externalTrafficPolicy Local alone");
    refuse(
        spec.has("sessionAffinityConfig") && !"ClientIP".equals(spec.text("sessionAffinity")),
        spec,
        "sessionAffinityConfig",
        "it is without effect: write sessionAffinity ClientIP");
    addresses(spec, "externalIPs");
    for (Fields ingress : object.fields("status").fields("loadBalancer").items("ingress")) {
      address(ingress, "ip", ingress.text("ip"));
    }
  }

  private static List<?> clusterIps(Fields spec) throws ManifestException {
    return spec.list("clusterIPs", String.class, "a text (in quotes)");
  }

  private static void ports(List<Fields> ports, String type) throws ManifestException {
    Set<String> names = new TreeSet<>();
    Set<String> numbers = new TreeSet<>();
    Set<String> nodePorts = new TreeSet<>();
    for (Fields port : ports) {
      spelt(port, PORT);
      String name = port.has("name") ? port.text("name") : "";
      refuse(
          ports.size() > 1 && name.isEmpty(),
          port,
          "name",
          "of several ports each has a name: write one");
      refuse(!names.add(name), port, "name", "another port has that name: write another one");
      String protocol = port.has("protocol") ? port.text("protocol") : "TCP";
      refuse(
          !numbers.add(port.number("port") + "/" + protocol),
          port,
          "port",
          "another port is %s/%s as well: write another one"
              .formatted(port.number("port"), protocol));
      if (port.values().get("targetPort") instanceof String target
          && !target.chars().allMatch(Character::isDigit)) {
        refuse(
            !PORT_NAME.matcher(target).matches(),
            port,
            "targetPort",
            "'%s' is no name of a port: write a number, or up to 15 lower case letters, digits and '-'"
                .formatted(target));
      }
      Long nodePort = port.number("nodePort");
      if (nodePort != null && nodePort != 0) {
        refuse(
            type.equals("ClusterIP"),
            port,
            "nodePort",
            "a ClusterIP has none: write type NodePort, or leave the field out");
        refuse(
            !nodePorts.add(nodePort + "/" + protocol),
            port,
            "nodePort",
            "another port has node port %d/%s as well: write another one"
                .formatted(nodePort, protocol));
      }
    }
  }

  static void slice(Fields object) throws ManifestException {
    spelt(object, SLICE);
    String type = object.requiredText("addressType");
    refuse(
        !Set.of("IPv4", "IPv6", "FQDN").contains(type),
        object,
        "addressType",
        "'%s' is not known: write IPv4, IPv6 or FQDN".formatted(type));
    for (Fields endpoint : object.items("endpoints")) {
      spelt(endpoint, ENDPOINT);
      spelt(endpoint.fields("conditions"), CONDITIONS);
      if (type.equals("FQDN")) {
        continue;
      }
      addresses(endpoint, "addresses");
      for (Object text : endpoint.list("addresses", String.class, "a text (in quotes)")) {
        Optional<IpAddress> address = parsed(text.toString());
        refuse(
            address.isPresent() && address.get().v6() != type.equals("IPv6"),
            endpoint,
            "addresses",
            "%s is not of addressType %s: write it in a slice of its own".formatted(text, type));
      }
    }
  }

  private static void addresses(Fields fields, String field) throws ManifestException {
    for (Object text : fields.list(field, String.class, "a text (in quotes)")) {
      address(fields, field, text.toString());
    }
  }

  private static void address(Fields fields, String field, String text) throws ManifestException {
    Optional<IpAddress> address = parsed(text);
    refuse(
        address.isPresent() && SPECIAL.stream().anyMatch(one -> one.contains(address.get())),
        fields,
        field,
        "%s is an address that every host has or that is for one link: write another one"
            .formatted(text));
  }

  /** Nothing for what is none, which is told by who reads it. */
  private static Optional<IpAddress> parsed(String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(IpAddress.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Fields that newer API servers have pass, slips of the pen do not. */
  private static void spelt(Fields fields, Set<String> known) throws ManifestException {
    for (String field : fields.values().keySet()) {
      Optional<Nearest.Match> meant =
          known.contains(field) ? Optional.empty() : Nearest.of(field, known);
      if (meant.isPresent()) {
        throw new ManifestException(
            "unknown-field",
            fields.line(field),
            fields.path(field),
            "unknown field " + field + ": did you mean " + meant.get().word() + "?");
      }
    }
  }

  private static void refuse(boolean wrong, Fields fields, String field, String message)
      throws ManifestException {
    if (wrong) {
      throw new ManifestException("invalid-value", fields.line(field), fields.path(field), message);
    }
  }
}
