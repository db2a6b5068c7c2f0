package dev.sluice.flows.hubble;

/**
 * A policy and the place in it, as flows name it: {@code kind/namespace/name#path}; the path may be
 * empty.
 */
public record PolicyRef(String kind, String namespace, String name, String path) {
  public static PolicyRef parse(String text) {
    int hash = text.indexOf('#');
    String[] parts = (hash < 0 ? text : text.substring(0, hash)).split("/", 3);
    String path = hash < 0 ? "" : text.substring(hash + 1);
    return parts.length == 3
        ? new PolicyRef(parts[0], parts[1], parts[2], path)
        : new PolicyRef("", "", parts[parts.length - 1], path);
  }
}
