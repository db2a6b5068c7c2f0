package dev.sluice.core.service;

import java.util.Optional;

/** Transport protocols that a Service may have. */
public enum L4 {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  L4(int number) {
    this.number = number;
  }

  /** IP protocol number. */
  public int number() {
    return number;
  }

  /** The protocol with this name, as the API spells it; the empty text is TCP. */
  static Optional<L4> named(String name) {
    return switch (name) {
      case "", "TCP" -> Optional.of(TCP);
      case "UDP" -> Optional.of(UDP);
      case "SCTP" -> Optional.of(SCTP);
      default -> Optional.empty();
    };
  }

  /**
   * @throws IllegalArgumentException when no Service has this protocol
   */
  public static L4 numbered(int number) {
    for (L4 one : values()) {
      if (one.number == number) {
        return one;
      }
    }
    throw new IllegalArgumentException("no protocol of a Service: " + number);
  }
}
