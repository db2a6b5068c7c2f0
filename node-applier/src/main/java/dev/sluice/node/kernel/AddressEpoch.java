package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.SharedMap;

/**
 * The number that grows with every change of addresses: connections then ask again who their peer
 * is. It lies in memory that is shared with the kernel, so a change costs no system call. For one
 * writer at a time; a writer that died in the middle is found by the next.
 */
final class AddressEpoch implements AutoCloseable {
  private static final long EPOCH = 0;
  private static final long DIRTY = 4;

  private final SharedMap memory;

  AddressEpoch(BpfMap map) {
    memory = new SharedMap(map, Layouts.ADDRESS_EPOCH);
    if (memory.get(DIRTY) != 0) {
      grow();
    }
  }

  /** Writes addresses: what connections remember is good until they are written, and then not. */
  synchronized void during(Runnable writes) {
    memory.set(DIRTY, 1);
    try {
      writes.run();
    } finally {
      grow();
    }
  }

  private void grow() {
    memory.set(EPOCH, memory.get(EPOCH) + 1);
    memory.set(DIRTY, 0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
