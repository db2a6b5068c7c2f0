package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.service.Parsed;
import dev.sluice.core.service.ServiceReader;
import dev.sluice.core.service.SliceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One case of {@code language/refused.txt}, which says how it is written.
 *
 * @param finds {@code code path: sentence} of each finding
 */
record RefusedCase(String place, String yaml, List<String> finds) {
  private static final String IN_CNP = "{spec: {endpointSelector: {}, %s: [%s]}}";
  private static final String IN_KUBE = "{spec: {podSelector: {}, %s: [%s]}}";
  private static final String IN_CLUSTER =
      "{spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, %s: [%s]}}";
  private static final String ON_PORT = "{toPorts: [{ports: [{%s}], rules: {%s: [%s]}}]}";

  static List<RefusedCase> all() {
    List<RefusedCase> cases = new ArrayList<>();
    for (String line : text().lines().toList()) {
      if (line.startsWith("  ")) {
        cases.getLast().finds.add(line.strip());
      } else if (!line.isBlank() && !line.startsWith("#")) {
        int blank = line.indexOf(' ');
        cases.add(
            new RefusedCase(
                line.substring(0, blank), line.substring(blank + 1), new ArrayList<>()));
      }
    }
    return cases;
  }

  private static String text() {
    try (var stream = RefusedCase.class.getResourceAsStream("/language/refused.txt")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** What is found in the object. */
  List<Finding> found() {
    Map<String, Object> body = tree();
    if (place.equals("serviceSpec")) {
      return refused(ServiceReader.read(key(), body));
    }
    if (place.equals("slice")) {
      return refused(SliceReader.read(key(), body));
    }
    if (place.equals("group")) {
      return switch (CidrGroupParser.parse(key(), body)) {
        case ParsedCidrGroup.Accepted accepted -> throw new AssertionError("taken: " + accepted);
        case ParsedCidrGroup.Refused refused -> refused.findings();
      };
    }
    return switch (PolicyParser.parse(key(), body)) {
      case ParsedPolicy.Accepted accepted -> throw new AssertionError("taken: " + accepted);
      case ParsedPolicy.Refused refused -> refused.findings();
    };
  }

  private static List<Finding> refused(Parsed<?> parsed) {
    return switch (parsed) {
      case Parsed.Accepted<?> accepted -> throw new AssertionError("taken: " + accepted);
      case Parsed.Refused<?> refused -> refused.findings();
    };
  }

  /** Whether it is of the policy language, and not of what policies are about. */
  boolean isOfTheLanguage() {
    return !place.equals("serviceSpec") && !place.equals("slice");
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> tree() {
    return (Map<String, Object>) Yaml.of(body());
  }

  ObjectKey key() {
    return switch (place) {
      case "group" -> new ObjectKey(CidrGroup.KIND, "", "g");
      case "serviceSpec" -> new ObjectKey("Service", "shop", "s");
      case "slice" -> new ObjectKey("EndpointSlice", "shop", "s");
      case "clusterwide" -> new ObjectKey("CiliumClusterwideNetworkPolicy", "", "p");
      case "kube", "kubeIngress", "kubeEgress", "kubePort" ->
          new ObjectKey("NetworkPolicy", "shop", "p");
      case "cluster", "clusterIngress", "clusterEgress", "protocol" ->
          new ObjectKey("ClusterNetworkPolicy", "", "p");
      case "admin" -> new ObjectKey("AdminNetworkPolicy", "", "p");
      case "baseline" -> new ObjectKey("BaselineAdminNetworkPolicy", "", "p");
      default -> new ObjectKey("CiliumNetworkPolicy", "shop", "p");
    };
  }

  private String body() {
    return switch (place) {
      case "body", "group", "admin", "baseline", "slice" -> yaml;
      case "spec", "clusterwide", "kube", "cluster", "serviceSpec" -> "{spec: " + yaml + "}";
      case "ingress", "egress", "ingressDeny", "egressDeny" -> IN_CNP.formatted(place, yaml);
      case "port" -> ingress("{toPorts: [{ports: [" + yaml + "]}]}");
      case "http", "kafka" -> ingress(ON_PORT.formatted("port: '80', protocol: TCP", place, yaml));
      case "dns" -> egress(ON_PORT.formatted("port: '53', protocol: UDP", place, yaml));
      case "icmp" -> ingress("{icmps: [{fields: [" + yaml + "]}]}");
      case "peer" -> ingress("{fromEndpoints: [" + yaml + "]}");
      case "cidr" -> egress("{toCIDRSet: [" + yaml + "]}");
      case "fqdn" -> egress("{toFQDNs: [" + yaml + "]}");
      case "service" -> egress("{toServices: [" + yaml + "]}");
      case "kubeIngress" -> IN_KUBE.formatted("ingress", yaml);
      case "kubeEgress" -> IN_KUBE.formatted("egress", yaml);
      case "kubePort" -> IN_KUBE.formatted("ingress", "{ports: [" + yaml + "]}");
      case "clusterIngress" -> IN_CLUSTER.formatted("ingress", yaml);
      case "clusterEgress" -> IN_CLUSTER.formatted("egress", yaml);
      case "protocol" ->
          IN_CLUSTER.formatted(
              "egress", "{action: Deny, to: [{namespaces: {}}], protocols: [" + yaml + "]}");
      default -> throw new IllegalArgumentException("no place " + place);
    };
  }

  private static String ingress(String rule) {
    return IN_CNP.formatted("ingress", rule);
  }

  private static String egress(String rule) {
    return IN_CNP.formatted("egress", rule);
  }

  @Override
  public String toString() {
    return place + " " + yaml;
  }
}
