package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Entries of {@code slc_ct} as values. */
final class ConnectionCodec {
  private static final int OPENED_BY_B = 1;
  private static final int REPLIED = 2;
  private static final int FIN_OPENER = 4;
  private static final int FIN_OTHER = 8;
  private static final int CLOSED = 16;
  private static final int TCP = 6;

  private ConnectionCodec() {}

  /**
   * @param now {@code CLOCK_MONOTONIC} in nanoseconds
   */
  static Connection decode(byte[] key, byte[] value, long now) {
    ByteBuffer v = buffer(value);
    int flags = v.getInt(40);
    boolean swapped = (flags & OPENED_BY_B) != 0;
    int protocol = key[36] & 0xff;
    Connection.State state = state(flags);
    return new Connection(
        address(key, swapped ? 16 : 0),
        port(key, swapped ? 34 : 32),
        address(key, swapped ? 0 : 16),
        port(key, swapped ? 32 : 34),
        protocol,
        state,
        v.getInt(88),
        v.getInt(92),
        v.getInt(16),
        v.getInt(0),
        v.getLong(48),
        v.getLong(64),
        v.getLong(56),
        v.getLong(72),
        expires(protocol, state, now - v.getLong(32)));
  }

  private static Connection.State state(int flags) {
    if ((flags & CLOSED) != 0) {
      return Connection.State.CLOSED;
    }
    if ((flags & (FIN_OPENER | FIN_OTHER)) != 0) {
      return Connection.State.CLOSING;
    }
    return (flags & REPLIED) != 0 ? Connection.State.ESTABLISHED : Connection.State.NEW;
  }

  private static long expires(int protocol, Connection.State state, long idleNanos) {
    return Math.max(
        0,
        ConnectionLifetimes.DEFAULT.seconds(protocol == TCP, state)
            - TimeUnit.NANOSECONDS.toSeconds(idleNanos));
  }

  private static IpAddress address(byte[] key, int at) {
    byte[] mapped = new byte[16];
    System.arraycopy(key, at, mapped, 0, 16);
    return IpAddress.ofMapped(mapped);
  }

  private static int port(byte[] key, int at) {
    return (key[at] & 0xff) << 8 | (key[at + 1] & 0xff);
  }
}
