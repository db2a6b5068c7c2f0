package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Runs a loaded program on a packet that never leaves the kernel ({@code BPF_PROG_TEST_RUN}). */
public final class TestRun {
  private static final int OPTS_BYTES = 80;
  private static final int PACKET_ROOM = 4096;
  private static final int SKB_BYTES = 192;

  /** {@code BPF_F_TEST_SKB_CHECKSUM_COMPLETE}. */
  private static final int SUMMED = 4;

  private TestRun() {}

  /**
   * @param verdict what the program returned: 0 pass, 2 drop, 7 redirect, -1 next program
   * @param packet the packet afterwards; empty when the program ran more than once
   * @param nanos mean duration of one run
   */
  public record Result(int verdict, byte[] packet, int nanos) {}

  /**
   * Fields of {@code struct __sk_buff} on entry.
   *
   * @param interfaceIndex an interface of the caller's namespace; 1, the loopback, always exists
   * @param ingressIndex where the packet came from; 0: it was made on this node
   */
  public record Context(int interfaceIndex, int ingressIndex, int mark) {
    /** A packet seen on the loopback interface, as if it had arrived there. */
    public static final Context ARRIVED = new Context(1, 1, 0);

    /** A packet that a socket of this node sent. */
    public static final Context LOCAL = new Context(1, 0, 0);
  }

  /** One run. */
  public static Result once(int programFd, byte[] packet, Context context) {
    return run(programFd, packet, context, 1, 0);
  }

  /**
   * One run on a packet over all of which the device has summed ({@code CHECKSUM_COMPLETE}).
   *
   * @throws BpfException when that sum is not the packet's any more; with {@link Errno#INVAL} on a
   *     kernel that cannot be asked
   */
  public static Result onceSummed(int programFd, byte[] packet, Context context) {
    return run(programFd, packet, context, 1, SUMMED);
  }

  /**
   * Many runs on the same packet, for time.
   *
   * @return mean duration of one run in nanoseconds
   */
  public static int nanos(int programFd, byte[] packet, Context context, int repeat) {
    return many(programFd, packet, context, repeat).nanos();
  }

  /**
   * Many runs on the same packet, as each leaves it for the next. The verdict is the last run's; no
   * packet.
   */
  public static Result many(int programFd, byte[] packet, Context context, int repeat) {
    return run(programFd, packet, context, repeat, 0);
  }

  private static Result run(int programFd, byte[] packet, Context context, int repeat, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(Math.max(packet.length, 1), 8);
      MemorySegment.copy(packet, 0, in, ValueLayout.JAVA_BYTE, 0, packet.length);
      MemorySegment opts = arena.allocate(OPTS_BYTES, 8);
      opts.set(ValueLayout.JAVA_LONG, 0, OPTS_BYTES);
      opts.set(ValueLayout.ADDRESS, 8, in);
      opts.set(ValueLayout.JAVA_INT, 24, packet.length);
      MemorySegment out = arena.allocate(PACKET_ROOM, 8);
      if (repeat == 1) {
        opts.set(ValueLayout.ADDRESS, 16, out);
        opts.set(ValueLayout.JAVA_INT, 28, PACKET_ROOM);
      }
      opts.set(ValueLayout.ADDRESS, 32, skb(arena, context));
      opts.set(ValueLayout.JAVA_INT, 48, SKB_BYTES);
      opts.set(ValueLayout.JAVA_INT, 60, repeat);
      opts.set(ValueLayout.JAVA_INT, 68, flags);
      BpfException.check(Libbpf.testRun(programFd, opts), "test run failed");
      int size = repeat == 1 ? opts.get(ValueLayout.JAVA_INT, 28) : 0;
      return new Result(
          opts.get(ValueLayout.JAVA_INT, 56),
          out.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE),
          opts.get(ValueLayout.JAVA_INT, 64));
    }
  }

  /** Offsets of {@code struct __sk_buff} in linux/bpf.h, a stable interface. */
  private static MemorySegment skb(Arena arena, Context context) {
    MemorySegment skb = arena.allocate(SKB_BYTES, 8);
    skb.set(ValueLayout.JAVA_INT, 8, context.mark());
    skb.set(ValueLayout.JAVA_INT, 36, context.ingressIndex());
    skb.set(ValueLayout.JAVA_INT, 40, context.interfaceIndex());
    return skb;
  }
}
