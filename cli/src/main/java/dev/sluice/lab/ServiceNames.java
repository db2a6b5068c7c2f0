package dev.sluice.lab;

import dev.sluice.core.service.SliceReader;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names that Services give, as the DNS of a cluster does: {@code SERVICE.NS.svc.cluster.local}
 * has the cluster addresses, or, of a headless Service, those of its ready endpoints; an endpoint
 * with a hostname has a name of its own below that. A Service of type ExternalName is an alias. One
 * thread at a time.
 */
final class ServiceNames {
  private static final String SERVICE = "Service";
  private static final String SLICE = "EndpointSlice";

  /** Of one Service, {@code namespace/name}. */
  private static final class Held {
    boolean headless;
    List<String> addresses = List.of();
    final Map<String, List<Map<String, Object>>> endpoints = new TreeMap<>(); // by slice
    Set<String> told = Set.of();
  }

  private final LabDns dns;
  private final Map<String, Held> services = new HashMap<>();
  private final Map<String, String> serviceOfSlice = new HashMap<>();

  ServiceNames(LabDns dns) {
    this.dns = dns;
  }

  /** An object came or is another; ignores what gives no names. */
  void changed(K8sObject object) {
    if (object.getKind().equals(SERVICE)) {
      Held held = held(key(object, object.getName()));
      Map<String, Object> spec = PodSpec.map(JsonTree.parse(object.getBody()).get("spec"));
      List<String> addresses = new ArrayList<>();
      PodSpec.list(spec.get("clusterIPs")).forEach(ip -> addresses.add(PodSpec.text(ip)));
      if (addresses.isEmpty()) {
        addresses.add(PodSpec.text(spec.get("clusterIP")));
      }
      held.headless = addresses.contains("None");
      addresses.removeIf(ip -> ip.isEmpty() || ip.equals("None"));
      held.addresses = addresses;
      boolean external = PodSpec.text(spec.get("type")).equals("ExternalName");
      dns.alias(name(object), external ? target(PodSpec.text(spec.get("externalName"))) : "");
      tell(key(object, object.getName()));
    } else if (object.getKind().equals(SLICE)) {
      slice(object);
    }
  }

  private void slice(K8sObject object) {
    Map<String, Object> body = JsonTree.parse(object.getBody());
    Map<String, Object> labels = PodSpec.map(PodSpec.map(body.get("metadata")).get("labels"));
    String service = PodSpec.text(labels.get(SliceReader.SERVICE_LABEL));
    gone(object);
    if (!service.isEmpty()) {
      List<Map<String, Object>> endpoints = new ArrayList<>();
      PodSpec.list(body.get("endpoints")).forEach(each -> endpoints.add(PodSpec.map(each)));
      held(key(object, service)).endpoints.put(object.getName(), endpoints);
      serviceOfSlice.put(key(object, object.getName()), service);
      tell(key(object, service));
    }
  }

  /** An object is no more. */
  void gone(K8sObject object) {
    if (object.getKind().equals(SERVICE)) {
      Held held = held(key(object, object.getName()));
      held.headless = false;
      held.addresses = List.of();
      dns.alias(name(object), "");
      tell(key(object, object.getName()));
    } else if (object.getKind().equals(SLICE)) {
      String service = serviceOfSlice.remove(key(object, object.getName()));
      if (service != null) {
        held(key(object, service)).endpoints.remove(object.getName());
        tell(key(object, service));
      }
    }
  }

  private Held held(String service) {
    return services.computeIfAbsent(service, s -> new Held());
  }

  private static String key(K8sObject object, String name) {
    return object.getNamespace() + "/" + name;
  }

  private static String name(K8sObject service) {
    return LabDns.serviceName(service.getNamespace(), service.getName());
  }

  private static String target(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private void tell(String service) {
    Held held = held(service);
    String[] words = service.split("/");
    String name = LabDns.serviceName(words[0], words[1]);
    Map<String, Set<String>> names = new TreeMap<>();
    names.put(name, new TreeSet<>(held.addresses));
    if (held.headless) {
      held.endpoints.values().stream()
          .flatMap(List::stream)
          .filter(ServiceNames::isReady)
          .forEach(endpoint -> add(names, name, endpoint));
    }
    Set<String> over = new HashSet<>(held.told);
    over.removeAll(names.keySet());
    over.forEach(each -> dns.cluster(each, List.of()));
    names.forEach((each, all) -> dns.cluster(each, List.copyOf(all)));
    held.told = names.keySet();
    if (held.addresses.isEmpty() && !held.headless && held.endpoints.isEmpty()) {
      services.remove(service);
    }
  }

  private static boolean isReady(Map<String, Object> endpoint) {
    return !Boolean.FALSE.equals(PodSpec.map(endpoint.get("conditions")).get("ready"));
  }

  private static void add(
      Map<String, Set<String>> names, String service, Map<String, Object> endpoint) {
    String host = PodSpec.text(endpoint.get("hostname"));
    for (Object address : PodSpec.list(endpoint.get("addresses"))) {
      names.get(service).add(PodSpec.text(address));
      if (!host.isEmpty()) {
        names
            .computeIfAbsent(host + "." + service, n -> new TreeSet<>())
            .add(PodSpec.text(address));
      }
    }
  }
}
