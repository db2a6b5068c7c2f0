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
 * The endpoints by interface and, in map {@code slc_local}, by address, mirrored in memory: only
 * this process writes them. Not safe for several threads.
 */
final class EndpointTable {
  private final InterfaceTable byInterface;
  private final BpfMap byAddress;
  private final Epoch epoch;
  private final TreeMap<Integer, EndpointState> states = new TreeMap<>();

  /**
   * @param epoch of what programs remember of {@code slc_local}
   */
  EndpointTable(InterfaceTable byInterface, BpfMap byAddress, Epoch epoch) {
    this.epoch = epoch;
    this.byInterface = byInterface;
    this.byAddress = byAddress;
    byInterface.forEach(
        (ifindex, value) -> {
          EndpointState state = EndpointCodec.state(value);
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
    write(state);
    for (IpAddress address : state.spec().addresses()) {
      epoch.during(() -> byAddress.update(address.mapped(), EndpointCodec.local(state)));
    }
  }

  /** Writes the endpoint under its new number; the same link and addresses. */
  void rename(EndpointState before, EndpointState after) {
    put(after);
    states.remove(before.id());
  }

  /** Changes what the programs read of an endpoint; addresses stay. */
  void change(EndpointState state) {
    write(state);
  }

  /**
   * The kernel copies a value into its slot while programs read it. Whatever a new epoch stands for
   * is there before the epoch is.
   */
  private void write(EndpointState state) {
    states.values().stream()
        .filter(held -> held.hostInterface() == state.hostInterface())
        .filter(held -> held.epoch() != state.epoch() && !held.bumped().equals(state))
        .forEach(held -> writeValue(state.withEpoch(held.epoch())));
    writeValue(state);
    states.put(state.id(), state);
  }

  private void writeValue(EndpointState state) {
    byInterface.put(state.hostInterface(), EndpointCodec.value(state));
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
        epoch.during(() -> byAddress.delete(address.mapped()));
      }
    }
    boolean replaced =
        states.values().stream()
            .anyMatch(
                other ->
                    other.id() != state.id() && other.hostInterface() == state.hostInterface());
    if (!replaced) {
      byInterface.remove(state.hostInterface());
    }
    states.remove(state.id());
  }
}
