package dev.sluice.core.policy;

import java.util.List;

/** A transport protocol as policies name it. */
public enum PortProtocol {
  TCP(6),
  UDP(17),
  SCTP(132),
  /** Each of TCP, UDP and SCTP; no other protocol has ports. */
  ANY(6, 17, 132),
  /** ICMP of IPv4; its "ports" are types. */
  ICMP(1),
  /** ICMP of IPv6; its "ports" are types. */
  ICMPV6(58);

  private final List<Integer> numbers;

  PortProtocol(Integer... numbers) {
    this.numbers = List.of(numbers);
  }

  /** Whether its numbers are ports, and not types of ICMP. */
  public boolean hasPorts() {
    return this != ICMP && this != ICMPV6;
  }

  /** IP protocol numbers that it stands for. */
  public List<Integer> numbers() {
    return numbers;
  }
}
