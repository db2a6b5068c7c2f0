package dev.sluice.core.oracle;

import java.util.Map;

/** What a client says, as far as a rule of layer 7 can speak of it. */
public sealed interface Request {
  /**
   * @param path with its query
   * @param headers by name; names compare without case
   */
  record Http(String method, String path, String host, Map<String, String> headers)
      implements Request {}

  /** A DNS question. */
  record Dns(String name) implements Request {}

  /** The server name of a TLS client. */
  record Tls(String serverName) implements Request {}

  /**
   * @param apiKey its name, lower case
   * @param topic empty for a request that names none
   */
  record Kafka(String apiKey, int apiVersion, String clientId, String topic) implements Request {}
}
