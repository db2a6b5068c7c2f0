package dev.sluice.ingest.manifest;

import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The annotation that pins a pod's addresses: an IPv4, an IPv6, or both with a comma. */
public final class PinnedAddresses {
  public static final String ANNOTATION = "sluice.dev/ip";

  /** Field path of the annotation. */
  public static final String PATH = "metadata.annotations." + ANNOTATION;

  private PinnedAddresses() {}

  /** The addresses a pod's body pins, IPv4 first; empty for none. The body has been checked. */
  public static List<IpAddress> of(Map<String, Object> body) {
    if (body.get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("annotations") instanceof Map<?, ?> annotations
        && annotations.get(ANNOTATION) instanceof String text) {
      return parse(text);
    }
    return List.of();
  }

  static List<IpAddress> read(Fields metadata) throws ManifestException {
    metadata.texts("annotations");
    Fields annotations = metadata.fields("annotations");
    String text = annotations.text(ANNOTATION);
    if (text == null) {
      return List.of();
    }
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new ManifestException(
          "wrong-value",
          annotations.line(ANNOTATION),
          annotations.path(ANNOTATION),
          "'" + text + "' is not an IPv4, an IPv6, or one of each with a comma");
    }
  }

  private static List<IpAddress> parse(String text) {
    List<IpAddress> addresses = new ArrayList<>();
    for (String part : text.split(",")) {
      addresses.add(IpAddress.parse(part.strip()));
    }
    addresses.sort(null);
    if (addresses.stream().map(IpAddress::v6).distinct().count() < addresses.size()) {
      throw new IllegalArgumentException("two addresses of one family: " + text);
    }
    return List.copyOf(addresses);
  }
}
