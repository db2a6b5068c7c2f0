package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.SharedMap;

/**
 * A number that grows with every change of some entries: programs then ask again for what they
 * remember of them. It lies in memory that is shared with the kernel, so a change costs no system
 * call. For one writer at a time; a writer that died in the middle is found by the next.
 */
final class Epoch implements AutoCloseable {
  private static final long NUMBER = 0;
  private static final long DIRTY = 4;

  private final SharedMap memory;

  Epoch(BpfMap map) {
    memory = new SharedMap(map, Layouts.EPOCH);
    if (memory.get(DIRTY) != 0) {
      grow();
    }
  }

  /** Writes entries: what programs remember is good until they are written, and then not. */
  synchronized void during(Runnable writes) {
    memory.set(DIRTY, 1);
    try {
      writes.run();
    } finally {
      grow();
    }
  }

  private void grow() {
    memory.set(NUMBER, memory.get(NUMBER) + 1);
    memory.set(DIRTY, 0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
