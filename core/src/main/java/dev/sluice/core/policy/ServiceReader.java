package dev.sluice.core.policy;

import java.util.Map;
import java.util.Optional;

/** Reads a member of {@code toServices}. */
final class ServiceReader {
  private static final FieldTable FIELDS = FieldTable.of("k8sService", "k8sServiceSelector");
  private static final FieldTable SERVICE = FieldTable.of("serviceName", "namespace");
  private static final FieldTable SELECTOR = FieldTable.of("selector", "namespace");
  private static final String WRITE_SERVICE =
      "write k8sService: {serviceName: api, namespace: shop}";
  private static final String WRITE_SELECTOR =
      "write k8sServiceSelector: {selector: {matchLabels: {app: api}}, namespace: shop}";

  private final Reading reading;

  ServiceReader(Reading reading) {
    this.reading = reading;
  }

  Optional<TrafficRule.Peer> read(Object value, String path) {
    Optional<Map<String, Object>> object = reading.object(value, path, WRITE_SERVICE);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = FIELDS.check(object.get(), path, reading);
    Object service = object.get().get("k8sService");
    Object selector = object.get().get("k8sServiceSelector");
    if (service != null && selector != null) {
      reading.refuse(
          "conflict",
          Reading.at(path, "k8sServiceSelector"),
          "k8sService and k8sServiceSelector cannot stand in one entry: write one entry for each");
      return Optional.empty();
    }
    if (service == null && selector == null) {
      if (known) {
        reading.refuse("missing-field", path, "no Service is given: " + WRITE_SERVICE);
      }
      return Optional.empty();
    }
    return service != null ? service(service, path) : selector(selector, path);
  }

  private Optional<TrafficRule.Peer> service(Object value, String path) {
    String at = Reading.at(path, "k8sService");
    Optional<Map<String, Object>> object = reading.object(value, at, WRITE_SERVICE);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = SERVICE.check(object.get(), at, reading);
    Optional<String> name =
        reading
            .required(object.get(), "serviceName", at, known, "write the Service's metadata.name")
            .filter(text -> isName(text, Reading.at(at, "serviceName")));
    // Without it Cilium means Services of this name in any namespace.
    Optional<String> namespace =
        reading
            .required(
                object.get(),
                "namespace",
                at,
                known,
                "write the Service's namespace, or k8sServiceSelector to select in all")
            .filter(text -> isName(text, Reading.at(at, "namespace")));
    return name.isEmpty() || namespace.isEmpty()
        ? Optional.empty()
        : Optional.of(new TrafficRule.Peer.Service(path, namespace.get(), name.get()));
  }

  private Optional<TrafficRule.Peer> selector(Object value, String path) {
    String at = Reading.at(path, "k8sServiceSelector");
    Optional<Map<String, Object>> object = reading.object(value, at, WRITE_SELECTOR);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = SELECTOR.check(object.get(), at, reading);
    Optional<String> namespace =
        reading
            .string(object.get(), "namespace", at)
            .filter(text -> text.isEmpty() || isName(text, Reading.at(at, "namespace")));
    Object selector = object.get().get("selector");
    if (selector == null) {
      if (known) {
        reading.refuse(
            "missing-field",
            Reading.at(at, "selector"),
            "selector is missing: write {} for every Service of the namespace");
      }
      return Optional.empty();
    }
    return new SelectorReader(reading)
        .read(selector, Reading.at(at, "selector"), KeyDialect.SERVICE)
        .map(
            all ->
                new TrafficRule.Peer.Services(path, namespace.orElse(""), LabelSelector.of(all)));
  }

  private boolean isName(String text, String path) {
    boolean lawful = LabelSyntax.isDomain(text);
    if (!lawful) {
      reading.refuse(
          "bad-value",
          path,
          "\"" + text + "\" is no name: lower case letters, digits, '-' and '.'");
    }
    return lawful;
  }
}
