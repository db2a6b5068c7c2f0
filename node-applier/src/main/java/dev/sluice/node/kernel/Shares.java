package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.node.bpf.BpfMap;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of the connection table each endpoint holds: in the slot of its number in {@code
 * slc_shares}, or in {@code slc_quota} when the slot was another's first. The programs count; here
 * an endpoint that goes is forgotten. Its number never comes again, so what it still holds is
 * nobody's.
 */
final class Shares {
  private final BpfMap slots;
  private final BpfMap others;

  Shares(BpfMap slots, BpfMap others) {
    this.slots = slots;
    this.others = others;
  }

  void forget(int endpoint) {
    byte[] slot = EndpointCodec.key(endpoint & (slots.maxEntries() - 1));
    slots
        .lookup(slot)
        .filter(value -> buffer(value).getInt(0) == endpoint)
        .ifPresent(value -> slots.update(slot, new byte[Layouts.SHARE]));
    others.delete(EndpointCodec.key(endpoint));
  }

  /** Nobody holds anything; for those who empty the connection table. */
  void clear() {
    List<byte[]> taken = new ArrayList<>();
    slots.forEach(
        (slot, value) -> {
          if (buffer(value).getLong(0) != 0) {
            taken.add(slot);
          }
        });
    taken.forEach(slot -> slots.update(slot, new byte[Layouts.SHARE]));
    others.keys().forEach(others::delete);
  }
}
