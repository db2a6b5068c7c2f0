package dev.sluice.core.policy;

import java.util.List;

/**
 * What traffic must say to be allowed, beyond its port. The members of a list are alternatives; the
 * conditions within one member must all hold.
 */
public sealed interface L7Rules {
  /** Nothing: the port is enough. */
  L7Rules NONE = new None();

  /** Nothing: the port is enough. */
  record None() implements L7Rules {}

  /** Requests. */
  record Http(List<HttpRule> rules) implements L7Rules {}

  /** Names that may be asked for; their answers are learnt. */
  record Dns(List<FqdnSelector> rules) implements L7Rules {}

  /** Kafka requests. */
  record Kafka(List<KafkaRule> rules) implements L7Rules {}

  /** TLS server names; {@code *} as in {@link FqdnSelector}. */
  record ServerNames(List<FqdnSelector> names) implements L7Rules {}

  /**
   * Conditions on one HTTP request. An empty text is no condition.
   *
   * @param method POSIX extended regular expression, over the whole method
   * @param path the same, over the whole path
   * @param host the same, over the whole host
   * @param headers headers that must be there
   */
  record HttpRule(String method, String path, String host, List<HeaderRule> headers) {}

  /**
   * A header that a request must have.
   *
   * @param value exact value; null when any will do
   * @param mismatch what to do when it is missing or has another value
   */
  record HeaderRule(String name, String value, Mismatch mismatch) {}

  /** What happens to a request whose header is not as the rule says. */
  enum Mismatch {
    /** The rule does not match. */
    DENY,
    /** The request passes and the difference is logged. */
    LOG,
    /** The header is added. */
    ADD,
    /** The header is taken out. */
    DELETE,
    /** The header's value is replaced. */
    REPLACE
  }

  /**
   * Conditions on one Kafka request.
   *
   * @param apiKeys names of the API keys that may be used, lower case; empty for all
   * @param apiVersion -1 for any
   * @param clientId empty for any
   * @param topic empty for any
   */
  record KafkaRule(List<String> apiKeys, int apiVersion, String clientId, String topic) {}
}
