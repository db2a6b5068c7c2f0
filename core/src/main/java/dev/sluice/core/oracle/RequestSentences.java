package dev.sluice.core.oracle;

import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a rule of layer 7 allows a request. One method a sentence. */
final class RequestSentences {
  private RequestSentences() {}

  private static final int TCP = 6;
  private static final int UDP = 17;

  /**
   * What must be on the node for the rules to be looked at; empty when they ask for nothing.
   *
   * @param protocol of the flow
   */
  static Optional<World.Mechanism> mechanism(L7Rules rules, int protocol) {
    return switch (rules) {
      case L7Rules.None unused -> Optional.empty();
      case L7Rules.Http unused -> Optional.of(World.Mechanism.HTTP);
      case L7Rules.Dns unused ->
          Optional.of(
              protocol == UDP || protocol == TCP ? World.Mechanism.DNS : World.Mechanism.DNS_SCTP);
      case L7Rules.Kafka unused -> Optional.of(World.Mechanism.KAFKA);
      case L7Rules.ServerNames unused -> Optional.of(World.Mechanism.SERVER_NAMES);
    };
  }

  /** 1. A request is allowed when any member of the list matches; one of another kind by none. */
  static boolean allows(L7Rules rules, Request request) {
    return switch (rules) {
      case L7Rules.None unused -> true;
      case L7Rules.Http(List<L7Rules.HttpRule> list) ->
          request instanceof Request.Http http && list.stream().anyMatch(one -> http(one, http));
      case L7Rules.Dns(List<FqdnSelector> names) ->
          request instanceof Request.Dns(String name)
              && names.stream().anyMatch(n -> n.matches(name));
      case L7Rules.ServerNames(List<FqdnSelector> names) ->
          request instanceof Request.Tls(String name)
              && names.stream().anyMatch(n -> n.matches(name));
      case L7Rules.Kafka(List<L7Rules.KafkaRule> list) ->
          request instanceof Request.Kafka kafka
              && list.stream().anyMatch(one -> kafka(one, kafka));
    };
  }

  /** 2. An HTTP rule matches when its method, path, host and headers all do. */
  private static boolean http(L7Rules.HttpRule rule, Request.Http request) {
    return whole(rule.method(), request.method())
        && whole(rule.path(), request.path())
        && whole(rule.host(), request.host())
        && rule.headers().stream().allMatch(header -> header(header, request.headers()));
  }

  /** 3. An expression matches the whole text; an empty one is no condition. */
  private static boolean whole(String expression, String text) {
    return expression.isEmpty() || PosixPattern.of(expression).matcher(text).matches();
  }

  /**
   * 4. A header must be there, with the value if one is given; unless its mismatch is to be logged
   * or mended, then the request passes anyway.
   */
  private static boolean header(L7Rules.HeaderRule rule, Map<String, String> headers) {
    return rule.mismatch() != L7Rules.Mismatch.DENY
        || headers.entrySet().stream()
            .anyMatch(
                have ->
                    have.getKey().equalsIgnoreCase(rule.name())
                        && (rule.value() == null || rule.value().equals(have.getValue())));
  }

  /** 5. A Kafka rule matches when its key, version, client and topic all do; empty is any. */
  private static boolean kafka(L7Rules.KafkaRule rule, Request.Kafka request) {
    return (rule.apiKeys().isEmpty() || rule.apiKeys().contains(request.apiKey()))
        && (rule.apiVersion() < 0 || rule.apiVersion() == request.apiVersion())
        && (rule.clientId().isEmpty() || rule.clientId().equals(request.clientId()))
        && (rule.topic().isEmpty() || rule.topic().equals(request.topic()));
  }
}
