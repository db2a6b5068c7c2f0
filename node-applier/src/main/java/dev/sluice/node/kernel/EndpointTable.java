package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfMap;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The endpoints of maps {@code slc_ep} and {@code slc_local}, mirrored in memory: only this process
 * writes them. Not safe for several threads.
 */
final class EndpointTable {
  private final BpfMap byInterface;
  private final BpfMap byAddress;
  private final TreeMap<Integer, EndpointState> states = new TreeMap<>();

  EndpointTable(BpfMap byInterface, BpfMap byAddress) {
    this.byInterface = byInterface;
    this.byAddress = byAddress;
    byInterface.forEach(
        (key, value) -> {
          EndpointState state = EndpointCodec.state(key, value);
          states.put(state.id(), state);
        });
  }

  List<EndpointState> all() {
    return List.copyOf(states.values());
  }

  Optional<EndpointState> find(int id) {
    return Optional.ofNullable(states.get(id));
  }

  /** Writes the endpoint first and its addresses after, so that no address leads nowhere. */
  void put(EndpointState state) {
    byInterface.update(EndpointCodec.key(state.hostInterface()), EndpointCodec.value(state));
    states.put(state.id(), state);
    for (IpAddress address : state.spec().addresses()) {
      byAddress.update(address.mapped(), EndpointCodec.local(state));
    }
  }

  /** Writes the endpoint under its new number; the same link and addresses. */
  void rename(EndpointState before, EndpointState after) {
    states.remove(before.id());
    put(after);
  }

  /** Changes what the programs read of an endpoint; addresses stay. */
  void change(EndpointState state) {
    byInterface.update(EndpointCodec.key(state.hostInterface()), EndpointCodec.value(state));
    states.put(state.id(), state);
  }

  void changeAll(Collection<Integer> identities, UnaryOperator<EndpointState> change) {
    changeIf(state -> identities.contains(state.identity()), change);
  }

  void changeIf(Predicate<EndpointState> which, UnaryOperator<EndpointState> change) {
    all().stream().filter(which).forEach(state -> change(change.apply(state)));
  }

  void remove(EndpointState state) {
    for (IpAddress address : state.spec().addresses()) {
      boolean ours =
          byAddress
              .lookup(address.mapped())
              .filter(value -> java.util.Arrays.equals(value, EndpointCodec.local(state)))
              .isPresent();
      if (ours) {
        byAddress.delete(address.mapped());
      }
    }
    boolean replaced =
        states.values().stream()
            .anyMatch(
                other ->
                    other.id() != state.id() && other.hostInterface() == state.hostInterface());
    if (!replaced) {
      byInterface.delete(EndpointCodec.key(state.hostInterface()));
    }
    states.remove(state.id());
  }
}
