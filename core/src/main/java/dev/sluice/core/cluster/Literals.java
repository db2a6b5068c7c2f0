package dev.sluice.core.cluster;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.Optional;

/** Reads addresses in objects; what is not one is passed over, and so gets no identity. */
public final class Literals {
  private Literals() {}

  public static Optional<IpAddress> address(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(IpAddress.parse(text));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  public static Optional<Prefix> prefix(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Prefix.parse(text));
    } catch (IllegalArgumentException notAPrefix) {
      return Optional.empty();
    }
  }
}
