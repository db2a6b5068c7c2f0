package dev.sluice.node.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pods send faster than it is taken. */
@RequiresKernel
class UdpTapTest {
  /** Ten megabytes: more than the socket has room for. */
  private static final int SENT = 1_000;

  private static final int BYTES = 10_000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatFindsNoPlaceIsCounted(boolean v6) throws IOException {
    try (UdpTap tap = UdpTap.open(v6);
        DatagramChannel client = DatagramChannel.open()) {
      client.connect(new InetSocketAddress(v6 ? "::1" : "127.0.0.1", port(tap)));
      for (int i = 0; i < SENT; i++) {
        client.write(ByteBuffer.allocate(BYTES));
      }
      int taken = 0;
      for (int more = 1; more > 0; taken += more) {
        more = tap.receive((from, to, bytes) -> assertEquals(BYTES, bytes.length));
      }
      int dropped = tap.dropped();
      assertTrue(taken > 0 && dropped > 0, taken + " taken, " + dropped + " dropped");
      assertEquals(SENT, taken + dropped);
      assertEquals(0, tap.dropped(), "each is told once");
    }
  }

  private static int port(UdpTap tap) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(28, 8);
      Syscalls.check(Syscalls.name(tap.fd(), address, TcpStream.sized(arena.allocate(4, 4))), "");
      return Peer.decode(address, 0).port();
    }
  }
}
