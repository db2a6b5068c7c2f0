package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry.FrontendKey;
import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.node.bpf.BpfMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The addresses that Services are dialled at, in map {@code slc_local}: a program that asks there
 * whether a destination is a pod of this node learns for nothing that it is a Service's. Follows
 * the frontends that are written. An address that a pod has is the pod's. Any thread.
 */
final class ServiceAddresses {
  /** No interface, no endpoint. */
  private static final byte[] SERVICE = new byte[Layouts.LOCAL];

  private final BpfMap byAddress;
  private final Supplier<Set<IpAddress>> pods;
  private final TreeSet<FrontendKey> frontends = new TreeSet<>(ServiceAddresses::order);
  private boolean compared;

  /**
   * @param pods addresses of the node's pods
   */
  ServiceAddresses(BpfMap byAddress, Supplier<Set<IpAddress>> pods) {
    this.byAddress = byAddress;
    this.pods = pods;
  }

  /** By address first: its neighbours say whether a frontend is the last of its address. */
  private static int order(FrontendKey one, FrontendKey other) {
    int byTarget = one.target().compareTo(other.target());
    return byTarget != 0 ? byTarget : Integer.compare(one.protocol(), other.protocol());
  }

  /** Brings the map in line with the frontends that are found at the start. Works once. */
  synchronized void compare(Collection<FrontendKey> found) {
    if (compared) {
      return;
    }
    compared = true;
    List<byte[]> stale = new ArrayList<>();
    Set<IpAddress> wanted = new HashSet<>();
    found.forEach(frontend -> wanted.add(frontend.target().address()));
    byAddress.forEach(
        (key, value) -> {
          IpAddress address = IpAddress.ofMapped(key);
          boolean used = wanted.contains(address) || isDialled(address);
          if (Arrays.equals(value, SERVICE) && !used) {
            stale.add(key);
          }
        });
    stale.forEach(byAddress::delete);
    add(found);
  }

  /** These frontends are there, new or not. */
  synchronized void add(Collection<FrontendKey> written) {
    Set<IpAddress> fresh = new HashSet<>();
    for (FrontendKey frontend : written) {
      IpAddress address = frontend.target().address();
      if (!isUnspecified(address) && !isDialled(address)) {
        fresh.add(address);
      }
      frontends.add(frontend);
    }
    if (fresh.isEmpty()) {
      return;
    }
    fresh.removeAll(pods.get());
    List<byte[]> keys = fresh.stream().map(IpAddress::mapped).toList();
    byAddress.updateAll(keys, keys.stream().map(key -> SERVICE).toList());
  }

  /** This frontend is gone. */
  synchronized void remove(FrontendKey gone) {
    IpAddress address = gone.target().address();
    if (!frontends.remove(gone) || isUnspecified(address) || isDialled(address)) {
      return;
    }
    byte[] key = address.mapped();
    if (byAddress.lookup(key).filter(value -> Arrays.equals(value, SERVICE)).isPresent()) {
      byAddress.delete(key);
    }
  }

  private boolean isDialled(IpAddress address) {
    FrontendKey next = frontends.ceiling(new FrontendKey(new Target(address, 0), 0));
    return next != null && next.target().address().equals(address);
  }

  /** Of node ports: any of the node's own. */
  private static boolean isUnspecified(IpAddress address) {
    return address.equals(address.v6() ? new IpAddress(true, 0, 0) : IpAddress.v4(0));
  }
}
