package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * Reads a BPF ring buffer through shared memory, without system calls: producers need not wake the
 * reader, it must look. One thread reads; it also closes. Format: Linux {@code
 * Documentation/bpf/ringbuf.rst}.
 *
 * <p>The kernel offers the records twice in a row, so that one which lies across the end can be
 * read in one piece. That is as much again of the process' resident memory; one record in tens of
 * thousands lies there, and is put together here.
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

  private final Arena life = Arena.ofShared();
  private final long size;
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;

  /** The last record that lay across the end. */
  private MemorySegment whole = MemorySegment.NULL;

  /** Where reading ended; -1 while it goes on. */
  private volatile long ended = -1;

  /**
   * @param map of type {@code BPF_MAP_TYPE_RINGBUF}
   */
  public RingBuffer(BpfMap map) {
    int page = Libc.pageSize();
    this.size = map.maxEntries();
    this.consumer = Libc.mmap(page, Libc.PROT_READ | Libc.PROT_WRITE, map.fd(), 0, life);
    this.producer = Libc.mmap(page + size, Libc.PROT_READ, map.fd(), page, life);
    this.data = producer.asSlice(page);
  }

  /**
   * Hands every record that is there to {@code handler}; the segment is valid only during the call.
   * One that the handler throws at is over: the next call goes on behind it.
   *
   * @return how many records were handed over
   * @throws IllegalStateException when it is closed
   */
  public int drain(Consumer<MemorySegment> handler) {
    long position = (long) POSITION.getVolatile(consumer, 0L);
    long released = position;
    int count = 0;
    try {
      while (position < (long) POSITION.getAcquire(producer, 0L)) {
        long at = position & (size - 1);
        int length = (int) LENGTH.getAcquire(data, at);
        if ((length & BUSY) != 0) {
          break;
        }
        int bytes = length & ~DISCARDED;
        position += (bytes + HEADER_BYTES + 7L) & ~7L;
        if ((length & DISCARDED) == 0) {
          handler.accept(record(at + HEADER_BYTES, bytes));
          count++;
        }
        if (position - released >= RELEASE_BYTES) {
          POSITION.setRelease(consumer, 0L, position);
          released = position;
        }
      }
    } finally {
      POSITION.setVolatile(consumer, 0L, position);
    }
    return count;
  }

  /** Headers are never across the end: both they and the buffer's size are multiples of eight. */
  private MemorySegment record(long at, long bytes) {
    long before = Math.min(bytes, size - at);
    if (before == bytes) {
      return data.asSlice(at, bytes);
    }
    if (whole.byteSize() < bytes) {
      whole = life.allocate(bytes, Long.BYTES);
    }
    MemorySegment.copy(data, at, whole, 0, before);
    MemorySegment.copy(data, 0, whole, before, bytes - before);
    return whole.asSlice(0, bytes);
  }

  /**
   * Bytes read since the map was made, headers included, by all readers; once this one is closed,
   * until then. Any thread.
   */
  public long consumedBytes() {
    try {
      return ended >= 0 ? ended : (long) POSITION.getVolatile(consumer, 0L);
    } catch (IllegalStateException closedMeanwhile) {
      return ended;
    }
  }

  @Override
  public void close() {
    ended = consumedBytes();
    life.close();
  }
}
