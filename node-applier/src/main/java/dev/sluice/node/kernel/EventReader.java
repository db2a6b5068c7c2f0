package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.RingBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Reads events. Programs wake the reader only when much has gathered, so it should poll every few
 * milliseconds. One thread reads and closes.
 */
public final class EventReader implements AutoCloseable {
  private final RingBuffer ring;
  private long consumed;

  EventReader(BpfMap map) {
    this.ring = new RingBuffer(map);
  }

  /**
   * Hands over what is there; waits up to {@code timeout} when there is nothing.
   *
   * @return number of events handed over
   */
  public int poll(Duration timeout, Consumer<KernelEvent> handler) {
    int read =
        ring.poll((int) timeout.toMillis(), event -> handler.accept(EventCodec.decode(event)));
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
