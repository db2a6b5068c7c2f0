package dev.sluice.core.policy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a member of {@code rules.kafka}. Cilium has dropped these rules since; the meaning is that
 * of its 1.19, {@code pkg/policy/api/kafka.go}.
 */
final class KafkaReader {
  private static final FieldTable RULE =
      FieldTable.of("role", "apiKey", "apiVersion", "clientID", "topic");
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,5}");

  /** By number. */
  private static final List<String> API_KEYS =
      List.of(
          "produce",
          "fetch",
          "offsets",
          "metadata",
          "leaderandisr",
          "stopreplica",
          "updatemetadata",
          "controlledshutdown",
          "offsetcommit",
          "offsetfetch",
          "findcoordinator",
          "joingroup",
          "heartbeat",
          "leavegroup",
          "syncgroup",
          "describegroups",
          "listgroups",
          "saslhandshake",
          "apiversions",
          "createtopics",
          "deletetopics",
          "deleterecords",
          "initproducerid",
          "offsetforleaderepoch",
          "addpartitionstotxn",
          "addoffsetstotxn",
          "endtxn",
          "writetxnmarkers",
          "txnoffsetcommit",
          "describeacls",
          "createacls",
          "deleteacls",
          "describeconfigs",
          "alterconfigs");

  private static final Map<String, List<String>> ROLES =
      Map.of(
          "produce",
          List.of("produce", "metadata", "apiversions"),
          "consume",
          List.of(
              "fetch",
              "offsets",
              "metadata",
              "offsetcommit",
              "offsetfetch",
              "findcoordinator",
              "joingroup",
              "heartbeat",
              "leavegroup",
              "syncgroup",
              "apiversions"));

  private final Reading reading;

  KafkaReader(Reading reading) {
    this.reading = reading;
  }

  Optional<L7Rules.KafkaRule> read(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {role: produce, topic: orders}, or {} for every");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    RULE.check(object.get(), path, reading);
    List<String> keys = apiKeys(object.get(), path);
    int version = version(object.get(), path);
    String client = reading.string(object.get(), "clientID", path).orElse("");
    String topic = reading.string(object.get(), "topic", path).orElse("");
    if (!topic.isEmpty() && !TOPIC.matcher(topic).matches()) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "topic"),
          "\"" + topic + "\" is no topic: write at most 249 letters, digits, '.', '_' and '-'");
    }
    return Optional.of(new L7Rules.KafkaRule(keys, version, client, topic));
  }

  private List<String> apiKeys(Map<String, Object> rule, String path) {
    String role = reading.string(rule, "role", path).orElse("").toLowerCase(Locale.ROOT);
    String key = reading.string(rule, "apiKey", path).orElse("").toLowerCase(Locale.ROOT);
    if (!role.isEmpty() && !key.isEmpty()) {
      reading.refuse(
          "conflict",
          Reading.at(path, "role"),
          "role and apiKey cannot stand in one entry: write one entry for each");
    } else if (!role.isEmpty() && !ROLES.containsKey(role)) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "role"),
          "unknown role " + role + ": write produce or consume");
    } else if (!key.isEmpty() && !API_KEYS.contains(key)) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "apiKey"),
          "unknown API key "
              + key
              + ": "
              + Nearest.of(key, API_KEYS)
                  .map(match -> "did you mean " + match.word() + "?")
                  .orElse("write produce, fetch, metadata or another of Kafka's"));
    }
    return !role.isEmpty()
        ? ROLES.getOrDefault(role, List.of())
        : key.isEmpty() ? List.of() : List.of(key);
  }

  private int version(Map<String, Object> rule, String path) {
    String text = reading.string(rule, "apiVersion", path).orElse("");
    if (text.isEmpty()) {
      return -1;
    }
    if (!VERSION.matcher(text).matches() || Integer.parseInt(text) > Short.MAX_VALUE) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "apiVersion"),
          "\"" + text + "\" is no version: write a number from 0 to 32767 in quotes");
      return -1;
    }
    return Integer.parseInt(text);
  }
}
