package dev.sluice.core.node;

/**
 * How many entries each kernel map holds, or can hold.
 *
 * @param policy {@code slc_policy}
 * @param addresses {@code slc_addr}, single addresses
 * @param prefixes {@code slc_prefix}, all others
 * @param own {@code slc_own}, what single addresses are to one endpoint
 */
public record MapSizes(int policy, int addresses, int prefixes, int own) {
  public static final MapSizes NONE = new MapSizes(0, 0, 0);

  /** Without addresses of single endpoints. */
  public MapSizes(int policy, int addresses, int prefixes) {
    this(policy, addresses, prefixes, 0);
  }

  /** Whether each map's entries fit into that map of {@code capacity}. */
  public boolean fitsInto(MapSizes capacity) {
    return policy <= capacity.policy
        && addresses <= capacity.addresses
        && prefixes <= capacity.prefixes
        && own <= capacity.own;
  }

  /** This, and {@code count} more (or fewer) in the map that {@code key} belongs to. */
  MapSizes plus(KernelEntry.Key key, int count) {
    return switch (key) {
      case KernelEntry.PolicyKey unused -> new MapSizes(policy + count, addresses, prefixes, own);
      case KernelEntry.AddressKey address when address.endpoint() != 0 ->
          new MapSizes(policy, addresses, prefixes, own + count);
      case KernelEntry.AddressKey address when address.prefix().isSingle() ->
          new MapSizes(policy, addresses + count, prefixes, own);
      case KernelEntry.AddressKey unused -> new MapSizes(policy, addresses, prefixes + count, own);
    };
  }
}
