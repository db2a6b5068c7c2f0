package dev.sluice.core.node;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;

/**
 * One entry of a kernel map, as a value. {@link Key} says which entry, the rest what it holds; the
 * layouts in C are in node-applier's {@code maps.h}.
 */
public sealed interface KernelEntry {
  Key key();

  /** Identifies an entry; the type says which map. */
  sealed interface Key {}

  /** Direction of a policy entry, seen from the subject. */
  enum Direction {
    INGRESS,
    EGRESS
  }

  /** What a policy entry says. */
  enum Verdict {
    ALLOW,
    /** Passes, though audited policies would have dropped it. */
    AUDIT,
    /** Dropped by a rule. */
    DENY,
    /** Dropped since nothing allows it. */
    DEFAULT_DENY;

    /** Whether traffic passes. */
    public boolean passes() {
      return this == ALLOW || this == AUDIT;
    }
  }

  /**
   * Map {@code slc_policy}, LPM: protocol and port are prefix-masked.
   *
   * @param peer peer identity; 0 any
   * @param protocol 0 any; then {@code portBits} is 0
   * @param port the port block's first port; of ICMP the type
   * @param portBits how many leading bits of the port count, 0..16
   */
  record PolicyKey(int subject, Direction direction, int peer, int protocol, int port, int portBits)
      implements Key {
    /**
     * What a packet was recognised by when this entry answers it, in Cilium's numbers: 1 the peer,
     * 2 peer and port, 3 the port, 4 nothing (everything), 5 peer and protocol, 6 the protocol.
     */
    public int match() {
      if (protocol == 0) {
        return peer == 0 ? 4 : 1;
      }
      if (portBits == 0) {
        return peer == 0 ? 6 : 5;
      }
      return peer == 0 ? 3 : 2;
    }
  }

  /**
   * A final verdict for the key: entries for a peer already contain what the wildcard peer's rules
   * say there.
   *
   * @param cookie numbers the rules behind it; 0: no policy is enforced in this direction
   */
  record PolicyEntry(PolicyKey key, Verdict verdict, int proxyPort, int cookie)
      implements KernelEntry {
    /** Whether traffic passes. */
    public boolean allow() {
      return verdict.passes();
    }

    /** The same verdict where no proxy is: a program that is only asked delivers nothing. */
    public PolicyEntry withoutProxy() {
      return new PolicyEntry(key, verdict, 0, cookie);
    }
  }

  /**
   * Maps {@code slc_addr} (single addresses, hash) and {@code slc_prefix} (the rest, LPM); {@code
   * slc_own} for what a single address is to one endpoint alone.
   *
   * @param endpoint 0: to all
   */
  record AddressKey(Prefix prefix, int endpoint) implements Key {
    public AddressKey(Prefix prefix) {
      this(prefix, 0);
    }
  }

  /**
   * @param tunnel IPv4 underlay address of the owning node, null when it is this node or outside
   *     the cluster
   * @param underlay whether it is a node's own address on the underlay: pods' packets to it go
   *     through the tunnel, the nodes' own do not
   */
  record AddressEntry(AddressKey key, int identity, IpAddress tunnel, boolean underlay)
      implements KernelEntry {
    /** An address that is not a node's on the underlay. */
    public AddressEntry(AddressKey key, int identity, IpAddress tunnel) {
      this(key, identity, tunnel, false);
    }
  }
}
