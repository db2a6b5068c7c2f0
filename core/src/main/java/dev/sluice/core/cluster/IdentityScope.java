package dev.sluice.core.cluster;

/**
 * What an identity is of, told by its number alone, so that the kernel can tell too. An identity
 * travels in the 24 bits of a tunnel header, hence the last number. Each scope numbers its own.
 */
public enum IdentityScope {
  /** Cilium's fixed numbers: {@link ReservedIdentity}. */
  RESERVED(0, 255),
  PODS(256, 0x7d_ffff),
  /** Nodes that carry more labels than {@code remote-node}, as the others see them. */
  NODES(0x7e_0000, 0x7e_ffff),
  /** The same nodes, each as its own pods see it. */
  HOSTS(0x7f_0000, 0x7f_ffff),
  /** Prefixes that policies name. */
  PREFIXES(0x80_0000, 0xbf_ffff),
  /** Sets of FQDN selectors that an address has been given for. */
  NAMES(0xc0_0000, 0xff_ffff);

  private final int first;
  private final int last;

  IdentityScope(int first, int last) {
    this.first = first;
    this.last = last;
  }

  /** The lowest number. */
  public int first() {
    return first;
  }

  /** The highest number. */
  public int last() {
    return last;
  }

  /** Whether a number is one of this scope. */
  public boolean has(int number) {
    return first <= number && number <= last;
  }

  /**
   * The scope of a number.
   *
   * @throws IllegalArgumentException when it does not fit into 24 bits
   */
  public static IdentityScope of(int number) {
    for (IdentityScope scope : values()) {
      if (scope.has(number)) {
        return scope;
      }
    }
    throw new IllegalArgumentException("no identity has the number " + number);
  }

  /** Whether a number is that of the node itself, which may always reach its pods. */
  public static boolean isHost(int number) {
    return number == ReservedIdentity.HOST.number() || HOSTS.has(number);
  }
}
