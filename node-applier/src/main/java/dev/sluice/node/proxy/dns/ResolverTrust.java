package dev.sluice.node.proxy.dns;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose answers count for the whole cluster: a pod that has all of these labels, or a server in one
 * of these prefixes.
 *
 * @param labels {@code source:key=value}; none: no pod is trusted for its labels
 */
public record ResolverTrust(List<String> labels, List<Prefix> prefixes) {
  /**
   * Reads setting {@code dns.trusted.resolvers}.
   *
   * @throws IllegalArgumentException naming what is neither a label nor a prefix
   */
  public static ResolverTrust parse(String text) {
    List<String> labels = new ArrayList<>();
    List<Prefix> prefixes = new ArrayList<>();
    for (String each : text.split(",")) {
      String word = each.strip();
      if (word.contains("=")) {
        labels.add(word);
      } else if (!word.isEmpty()) {
        try {
          prefixes.add(Prefix.parse(word));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "dns.trusted.resolvers: \"" + word + "\" is neither source:key=value nor a prefix",
              e);
        }
      }
    }
    return new ResolverTrust(List.copyOf(labels), List.copyOf(prefixes));
  }

  boolean trusts(IpAddress server, List<String> labelsOfServer) {
    return (!labels.isEmpty() && labelsOfServer.containsAll(labels))
        || prefixes.stream().anyMatch(prefix -> prefix.contains(server));
  }
}
