package dev.sluice.flows.hubble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * The L7 part of a flow in hubble's words: {@code DNS Query api.example.com. A}, {@code DNS Answer
 * "203.0.113.9" TTL: 30 (Proxy api.example.com. A)}. Stateless.
 */
public final class L7Summary {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> RCODES =
      List.of(
          "No Error",
          "Format Error",
          "Server Failure",
          "Non-Existent Domain",
          "Not Implemented",
          "Query Refused");

  private L7Summary() {}

  private static JsonNode read(String l7) {
    try {
      return JSON.readTree(l7);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the flow's l7 part is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  static boolean isDns(String l7) {
    return read(l7).has("dns");
  }

  /** {@code dns-response proxy}; {@code l7} for what is not known here. */
  static String type(String l7) {
    JsonNode node = read(l7);
    return node.has("dns")
        ? "dns-"
            + node.path("type").asText().toLowerCase(java.util.Locale.ROOT)
            + " "
            + node.path("dns").path("observation_source").asText()
        : "l7";
  }

  /** {@code DNS Query api.example.com. A}; empty for what is not known here. */
  public static String text(String l7) {
    JsonNode node = read(l7);
    JsonNode dns = node.path("dns");
    if (dns.isMissingNode()) {
      return "";
    }
    String types = String.join(",", texts(dns.path("qtypes")));
    String query = dns.path("query").asText();
    if (node.path("type").asText().equals("REQUEST")) {
      return "DNS Query " + query + " " + types;
    }
    int rcode = dns.path("rcode").asInt();
    StringBuilder answer = new StringBuilder("DNS Answer ");
    if (rcode != 0) {
      answer.append("RCode: ").append(rcode < RCODES.size() ? RCODES.get(rcode) : rcode);
    } else {
      answer.append('"').append(String.join(",", texts(dns.path("ips")))).append('"');
      List<String> cnames = texts(dns.path("cnames"));
      if (!cnames.isEmpty()) {
        answer.append(" CNAMEs: \"").append(String.join(",", cnames)).append('"');
      }
      if (dns.has("ttl")) {
        answer.append(" TTL: ").append(dns.path("ttl").asLong());
      }
    }
    return answer.append(" (Proxy ").append(query).append(' ').append(types).append(')').toString();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
