package dev.sluice.node.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.kernel.RequiresKernel;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Datagrams in a server's name over the loopback, and those that the kernel does not take. */
@RequiresKernel
class UdpRepliesTest {
  private static final byte[] ANSWER = {1, 2, 3};

  private final LongAdder unsent = new LongAdder();

  private static Peer peer(String address, int port) {
    return new Peer(IpAddress.parse(address), port);
  }

  @Test
  void whatTheKernelDoesNotTakeIsCounted() throws Exception {
    try (UdpReplies replies = UdpReplies.open(1280, unsent)) {
      for (String loopback : new String[] {"127.0.0.1", "::1"}) {
        try (DatagramSocket pod =
            new DatagramSocket(new InetSocketAddress(InetAddress.getByName(loopback), 0))) {
          pod.setSoTimeout(10_000);
          replies.send(peer(loopback, 53), peer(loopback, pod.getLocalPort()), ANSWER);
          DatagramPacket packet = new DatagramPacket(new byte[100], 100);
          pod.receive(packet);
          assertEquals(53, packet.getPort());
          assertArrayEquals(ANSWER, Arrays.copyOf(packet.getData(), packet.getLength()));
        }
      }
      assertEquals(0, unsent.sum());

      replies.send(peer("127.0.0.1", 53), peer("255.255.255.255", 53), ANSWER); // may not broadcast
      assertEquals(1, unsent.sum());
    }
  }
}
