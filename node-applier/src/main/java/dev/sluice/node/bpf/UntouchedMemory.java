package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory of which only what is written is resident. An arena writes zeros over all that it
 * allocates; room for the largest datagrams, of which there are none, would be megabytes.
 */
public final class UntouchedMemory {
  private static final int PRIVATE_ANONYMOUS = 0x22;

  private UntouchedMemory() {}

  /**
   * Zeros, at the beginning of a page, for as long as {@code life} lasts.
   *
   * @throws BpfException when there is no address space
   */
  public static MemorySegment allocate(long bytes, Arena life) {
    return Libc.mmap(bytes, Libc.PROT_READ | Libc.PROT_WRITE, PRIVATE_ANONYMOUS, -1, 0, life);
  }
}
