package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.node.bpf.BpfMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Values of {@code struct slc_endpoint} by interface number: in the interface's slot of {@code
 * slc_ep_slots}, or in {@code slc_ep} when the slot was another's first. Only this process writes
 * them. Not safe for several threads.
 */
final class InterfaceTable {
  private final BpfMap slots;
  private final BpfMap others;
  private final Map<Integer, Integer> holders = new HashMap<>();
  private final Set<Integer> displaced = new HashSet<>();

  InterfaceTable(BpfMap slots, BpfMap others) {
    this.slots = slots;
    this.others = others;
    forEach(
        (ifindex, value) -> {
          if (holders.putIfAbsent(slot(ifindex), ifindex) != null) {
            displaced.add(ifindex);
          }
        });
  }

  private int slot(int ifindex) {
    return ifindex & (slots.maxEntries() - 1);
  }

  /** Every interface with its value: those in slots first. */
  void forEach(BiConsumer<Integer, byte[]> consumer) {
    slots.forEach(
        (key, value) -> {
          int ifindex = EndpointCodec.hostInterface(value);
          if (ifindex != 0) {
            consumer.accept(ifindex, value);
          }
        });
    others.forEach((key, value) -> consumer.accept(buffer(key).getInt(0), value));
  }

  void put(int ifindex, byte[] value) {
    int slot = slot(ifindex);
    int holder = holders.getOrDefault(slot, ifindex);
    if (holder == ifindex && !displaced.contains(ifindex)) {
      slots.update(EndpointCodec.key(slot), value);
      holders.put(slot, ifindex);
    } else {
      others.update(EndpointCodec.key(ifindex), value);
      displaced.add(ifindex);
    }
  }

  void remove(int ifindex) {
    if (displaced.remove(ifindex)) {
      others.delete(EndpointCodec.key(ifindex));
    } else if (holders.remove(slot(ifindex), ifindex)) {
      slots.update(EndpointCodec.key(slot(ifindex)), new byte[Layouts.ENDPOINT]);
    }
  }
}
