package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.RingBuffer;
import java.util.function.Consumer;

/**
 * Reads events. Programs wake nobody, so it must look every few milliseconds. One thread reads and
 * closes.
 */
public final class EventReader implements AutoCloseable {
  private final RingBuffer ring;
  private long consumed;

  EventReader(BpfMap map) {
    this.ring = new RingBuffer(map);
  }

  /**
   * Hands over what is there.
   *
   * @return number of events handed over
   */
  public int drain(Consumer<KernelEvent> handler) {
    int read = ring.drain(event -> handler.accept(EventCodec.decode(event)));
    consumed += read;
    return read;
  }

  /** Events handed over by this reader. */
  public long consumed() {
    return consumed;
  }

  /** Events handed over by all readers since the maps were made. */
  public long consumedEver() {
    return ring.consumedBytes() / (Layouts.EVENT + RingBuffer.HEADER_BYTES);
  }

  @Override
  public void close() {
    ring.close();
  }
}
