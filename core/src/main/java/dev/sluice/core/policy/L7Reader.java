package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Reads what an entry of {@code toPorts} asks of traffic beyond its ports. */
final class L7Reader {
  private static final int LONGEST_SERVER_NAME = 255;
  private static final FieldTable RULES =
      FieldTable.of("http", "dns", "kafka")
          .outside("l7proto", "(parsers loaded into Envoy) is not read: write http, dns or kafka")
          .outside("l7", "(parsers loaded into Envoy) is not read: write http, dns or kafka");

  private final Reading reading;
  private final HttpReader http;
  private final KafkaReader kafka;

  L7Reader(Reading reading) {
    this.reading = reading;
    this.http = new HttpReader(reading);
    this.kafka = new KafkaReader(reading);
  }

  /** What the entry asks for; NONE also when it was refused. */
  L7Rules read(Map<String, Object> entry, RuleForm form, String path) {
    L7Rules rules = rules(entry, form, path);
    L7Rules names = serverNames(entry, path);
    if (rules != L7Rules.NONE && names != L7Rules.NONE) {
      reading.refuse(
          "conflict",
          Reading.at(path, "serverNames"),
          "rules and serverNames cannot stand in one entry, what TLS carries is not read: write one"
              + " entry for each");
    }
    return rules == L7Rules.NONE ? names : rules;
  }

  private L7Rules rules(Map<String, Object> entry, RuleForm form, String path) {
    String at = Reading.at(path, "rules");
    if (entry.get("rules") == null) {
      return L7Rules.NONE;
    }
    Map<String, Object> rules =
        reading.object(entry.get("rules"), at, "write http: [{method: GET}]").orElse(Map.of());
    RULES.check(rules, at, reading);
    Optional<List<L7Rules.HttpRule>> requests = list(rules, "http", at, http::read);
    Optional<List<FqdnSelector>> names =
        list(rules, "dns", at, (value, path2) -> FqdnReader.read(value, path2, reading));
    Optional<List<L7Rules.KafkaRule>> calls = list(rules, "kafka", at, kafka::read);
    if (names.isPresent() && !form.egress()) {
      reading.refuse(
          "conflict",
          Reading.at(at, "dns"),
          "dns tells what endpoints may ask for and stands in egress: move the rule to egress");
    }
    List<String> given =
        List.of("http", "dns", "kafka").stream().filter(one -> rules.get(one) != null).toList();
    if (given.size() > 1) {
      reading.refuse(
          "conflict",
          Reading.at(at, given.get(1)),
          String.join(" and ", given)
              + " cannot stand in one entry: write one entry of toPorts for each");
    }
    if (requests.isPresent()) {
      return new L7Rules.Http(requests.get());
    }
    return names.isPresent()
        ? new L7Rules.Dns(names.get())
        : calls.isPresent() ? new L7Rules.Kafka(calls.get()) : L7Rules.NONE;
  }

  private <T> Optional<List<T>> list(
      Map<String, Object> rules,
      String field,
      String path,
      BiFunction<Object, String, Optional<T>> reader) {
    Optional<List<?>> list = reading.list(rules, field, path, "write a list: [{}]");
    if (list.isEmpty()) {
      return Optional.empty();
    }
    String at = Reading.at(path, field);
    if (list.get().isEmpty()) {
      reading.refuse(
          "bad-value",
          at,
          field + " is empty: list what is allowed, or take rules out to allow everything");
    }
    List<T> read = new ArrayList<>();
    for (int i = 0; i < list.get().size(); i++) {
      reader.apply(list.get().get(i), Reading.at(at, i)).ifPresent(read::add);
    }
    return Optional.of(List.copyOf(read));
  }

  private L7Rules serverNames(Map<String, Object> entry, String path) {
    Optional<List<?>> list =
        reading.list(entry, "serverNames", path, "write a list: [api.stripe.com]");
    if (list.isEmpty()) {
      return L7Rules.NONE;
    }
    String at = Reading.at(path, "serverNames");
    if (list.get().isEmpty()) {
      reading.refuse(
          "bad-value",
          at,
          "serverNames is empty: list the names, or take it out to allow every name");
    }
    List<FqdnSelector> names = new ArrayList<>();
    for (int i = 0; i < list.get().size(); i++) {
      serverName(list.get().get(i), Reading.at(at, i)).ifPresent(names::add);
    }
    return new L7Rules.ServerNames(List.copyOf(names));
  }

  private Optional<FqdnSelector> serverName(Object value, String path) {
    Optional<String> text = reading.string(value, "", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().length() > LONGEST_SERVER_NAME || !FqdnSelector.isPattern(text.get())) {
      reading.refuse(
          "bad-value",
          path,
          "\""
              + text.get()
              + "\" is no server name: write letters, digits, '-', '_', dots and stars");
      return Optional.empty();
    }
    return text.map(
        name -> name.indexOf('*') < 0 ? FqdnSelector.name(name) : FqdnSelector.pattern(name));
  }

  /** Refuses ports on which what is asked for cannot be found. */
  boolean fits(TrafficRule.PortRule port, Map<String, Object> entry) {
    if (port.l7() == L7Rules.NONE) {
      return true;
    }
    String what = entry.get("rules") == null ? "serverNames" : "rules";
    if (port.ports().equals(TrafficRule.Ports.Range.EVERY)) {
      reading.refuse(
          "conflict",
          Reading.at(port.path(), "port"),
          "port \"0\" is every port and takes no " + what + ": write the port");
      return false;
    }
    boolean dns = port.l7() instanceof L7Rules.Dns;
    if (!dns && port.protocol() != PortProtocol.TCP) {
      reading.refuse(
          "conflict",
          Reading.at(port.path(), "protocol"),
          (port.l7() instanceof L7Rules.ServerNames
                  ? "serverNames are those of TLS over TCP"
                  : "http and kafka rules are for TCP")
              + ": write protocol: TCP");
      return false;
    }
    if (dns && port.protocol() == PortProtocol.SCTP) {
      reading.refuse(
          "conflict",
          Reading.at(port.path(), "protocol"),
          "DNS runs over UDP and TCP: write protocol: UDP, TCP or ANY");
      return false;
    }
    if (dns
        && port.ports() instanceof TrafficRule.Ports.Range range
        && range.first() != range.last()) {
      reading.refuse(
          "conflict",
          Reading.at(port.path(), "endPort"),
          "dns takes no range of ports: write port: \"53\"");
      return false;
    }
    return true;
  }
}
