package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The first bytes of an array map that is made with {@code BPF_F_MMAPABLE}, as memory that this
 * process and the programs share. Any thread; an {@link IllegalStateException} after {@link
 * #close}.
 */
public final class SharedMap implements AutoCloseable {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Arena life = Arena.ofShared();
  private final MemorySegment memory;

  /**
   * @param bytes how many to map, from the first entry on; at most a page
   */
  public SharedMap(BpfMap map, int bytes) {
    memory = Libc.mmap(bytes, Libc.PROT_READ | Libc.PROT_WRITE, map.fd(), 0, life);
  }

  /** The word at this offset, in the kernel's byte order. */
  public int get(long offset) {
    return (int) INT.getVolatile(memory, offset);
  }

  /** Sets the word at this offset; programs see it before anything that is written later. */
  public void set(long offset, int value) {
    INT.setVolatile(memory, offset, value);
  }

  @Override
  public void close() {
    life.close();
  }
}
