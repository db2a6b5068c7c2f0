package dev.sluice.node.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * Reads a BPF ring buffer through shared memory, without system calls: producers need not wake the
 * reader, it must look. One thread reads; it also closes. Format: Linux {@code
 * Documentation/bpf/ringbuf.rst}.
 */
public final class RingBuffer implements AutoCloseable {
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  /** What the kernel puts before each record. */
  public static final int HEADER_BYTES = 8;

  /** How many bytes are read before their room is given back to the producers. */
  private static final long RELEASE_BYTES = 64 * 1024;

  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

  private final long size;
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;

  /**
   * @param map of type {@code BPF_MAP_TYPE_RINGBUF}
   */
  public RingBuffer(BpfMap map) {
    int page = Libc.pageSize();
    this.size = map.maxEntries();
    this.consumer = Libc.mmap(page, Libc.PROT_READ | Libc.PROT_WRITE, map.fd(), 0);
    this.producer = Libc.mmap(page + 2 * size, Libc.PROT_READ, map.fd(), page);
    this.data = producer.asSlice(page);
  }

  /**
   * Hands every record that is there to {@code handler}; the segment is valid only during the call.
   *
   * @return how many records were handed over
   */
  public int drain(Consumer<MemorySegment> handler) {
    long position = (long) POSITION.getVolatile(consumer, 0L);
    long released = position;
    int count = 0;
    while (position < (long) POSITION.getAcquire(producer, 0L)) {
      long at = position & (size - 1);
      int length = (int) LENGTH.getAcquire(data, at);
      if ((length & BUSY) != 0) {
        break;
      }
      int bytes = length & ~DISCARDED;
      if ((length & DISCARDED) == 0) {
        handler.accept(data.asSlice(at + HEADER_BYTES, bytes));
        count++;
      }
      position += (bytes + HEADER_BYTES + 7L) & ~7L;
      if (position - released >= RELEASE_BYTES) {
        POSITION.setRelease(consumer, 0L, position);
        released = position;
      }
    }
    POSITION.setVolatile(consumer, 0L, position);
    return count;
  }

  /** Bytes read since the map was made, headers included, by all readers. Any thread. */
  public long consumedBytes() {
    return (long) POSITION.getVolatile(consumer, 0L);
  }

  @Override
  public void close() {
    Libc.munmap(producer);
    Libc.munmap(consumer);
  }
}
