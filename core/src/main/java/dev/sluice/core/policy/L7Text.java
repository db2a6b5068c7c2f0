package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A set of rules of layer 7 as one canonical text, which {@code CompiledRule.redirect} holds: the
 * kind on the first line, then one alternative a line, sorted and distinct, its fields separated by
 * tabs. Two sets that mean the same have the same text when they differ in order or repetition
 * alone. Nothing is lost: {@link #parse} gives the rules back.
 */
public final class L7Text {
  private static final String HTTP = "http";
  private static final String DNS = "dns";
  private static final String KAFKA = "kafka";
  private static final String SERVER_NAMES = "serverNames";
  private static final String NO_VALUE = "-";
  private static final String VALUE = "=";

  private L7Text() {}

  /** Empty for {@link L7Rules#NONE}. */
  public static String of(L7Rules rules) {
    return switch (rules) {
      case L7Rules.None none -> "";
      case L7Rules.Http(List<L7Rules.HttpRule> all) -> text(HTTP, all.stream().map(L7Text::http));
      case L7Rules.Dns(List<FqdnSelector> all) ->
          text(DNS, all.stream().map(name -> fields(name.toString())));
      case L7Rules.Kafka(List<L7Rules.KafkaRule> all) ->
          text(KAFKA, all.stream().map(L7Text::kafka));
      case L7Rules.ServerNames(List<FqdnSelector> all) ->
          text(SERVER_NAMES, all.stream().map(name -> fields(name.toString())));
    };
  }

  /**
   * The rules behind a text of {@link #of}.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static L7Rules parse(String text) {
    if (text.isEmpty()) {
      return L7Rules.NONE;
    }
    List<String> lines = Arrays.asList(text.split("\n", -1));
    List<List<String>> rules = lines.stream().skip(1).map(L7Text::split).toList();
    return switch (lines.getFirst()) {
      case HTTP -> new L7Rules.Http(rules.stream().map(L7Text::http).toList());
      case DNS -> new L7Rules.Dns(rules.stream().map(L7Text::name).toList());
      case KAFKA -> new L7Rules.Kafka(rules.stream().map(L7Text::kafka).toList());
      case SERVER_NAMES -> new L7Rules.ServerNames(rules.stream().map(L7Text::name).toList());
      default -> throw new IllegalArgumentException("no rules of layer 7: " + text);
    };
  }

  private static String text(String kind, Stream<String> rules) {
    return Stream.concat(Stream.of(kind), rules.sorted().distinct())
        .collect(Collectors.joining("\n"));
  }

  private static String http(L7Rules.HttpRule rule) {
    List<String> fields = new ArrayList<>(List.of(rule.method(), rule.path(), rule.host()));
    for (L7Rules.HeaderRule header : rule.headers()) {
      fields.add(header.name());
      fields.add(header.value() == null ? NO_VALUE : VALUE + header.value());
      fields.add(header.mismatch().name());
    }
    return fields(fields.toArray(String[]::new));
  }

  private static L7Rules.HttpRule http(List<String> fields) {
    List<L7Rules.HeaderRule> headers = new ArrayList<>();
    for (int at = 3; at + 2 < fields.size(); at += 3) {
      String value = fields.get(at + 1);
      headers.add(
          new L7Rules.HeaderRule(
              fields.get(at),
              value.startsWith(VALUE) ? value.substring(VALUE.length()) : null,
              L7Rules.Mismatch.valueOf(fields.get(at + 2))));
    }
    return new L7Rules.HttpRule(fields.get(0), fields.get(1), fields.get(2), List.copyOf(headers));
  }

  private static String kafka(L7Rules.KafkaRule rule) {
    return fields(
        rule.apiKeys().stream().sorted().distinct().collect(Collectors.joining(",")),
        Integer.toString(rule.apiVersion()),
        rule.clientId(),
        rule.topic());
  }

  private static L7Rules.KafkaRule kafka(List<String> fields) {
    List<String> keys =
        fields.get(0).isEmpty() ? List.of() : Arrays.asList(fields.get(0).split(","));
    return new L7Rules.KafkaRule(
        List.copyOf(keys), Integer.parseInt(fields.get(1)), fields.get(2), fields.get(3));
  }

  private static FqdnSelector name(List<String> fields) {
    String text = fields.getFirst();
    String value = text.substring(text.indexOf(' ') + 1);
    return text.startsWith("matchName:") ? FqdnSelector.name(value) : FqdnSelector.pattern(value);
  }

  private static String fields(String... fields) {
    return Arrays.stream(fields)
        .map(f -> f.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))
        .collect(Collectors.joining("\t"));
  }

  private static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    for (String field : line.split("\t", -1)) {
      StringBuilder plain = new StringBuilder();
      for (int at = 0; at < field.length(); at++) {
        char letter = field.charAt(at);
        if (letter == '\\') {
          at++;
          letter = field.charAt(at);
          letter = letter == 't' ? '\t' : letter == 'n' ? '\n' : letter;
        }
        plain.append(letter);
      }
      fields.add(plain.toString());
    }
    return fields;
  }
}
