package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.Netns;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.Poller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets towards servers, in a network namespace that knows no way anywhere. */
@RequiresKernel
class UdpLinesTest {
  private static final IpAddress POD = IpAddress.parse("10.0.1.10");

  private final String namespace = "slctway" + ProcessHandle.current().pid();

  @BeforeEach
  void make() throws Exception {
    assertEquals(0, ip("netns", "add", namespace));
  }

  @AfterEach
  void remove() throws Exception {
    ip("netns", "del", namespace);
  }

  private static int ip(String... words) throws IOException, InterruptedException {
    String[] command = new String[words.length + 1];
    command[0] = "ip";
    System.arraycopy(words, 0, command, 1, words.length);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** In a namespace where servers have addresses, though none answers. */
  private void withServers(Consumer<UdpLines> test) throws Exception {
    assertEquals(0, ip("-n", namespace, "link", "set", "lo", "up"));
    assertEquals(0, ip("-n", namespace, "route", "add", "local", "198.18.0.0/15", "dev", "lo"));
    Netns.in(
        Path.of("/run/netns", namespace),
        () -> {
          try (Poller poller = new Poller();
              UdpLines lines = new UdpLines(poller, new UpstreamPorts())) {
            test.accept(lines);
          }
          return null;
        });
  }

  @Test
  void thereIsNoLineToAServerThatNobodyKnowsTheWayTo() {
    assertNull(line("10.0.1.10", "192.0.2.53"));
    assertNull(line("fd00:10:0:1::10", "2001:db8::53"));
  }

  @Test
  void aPodThatAsksEverybodyLeavesSocketsToOthers() throws Exception {
    withServers(
        lines -> {
          for (int i = 0; i < UdpLines.LINES_OF_POD; i++) {
            assertNotNull(lines.line(POD, server(i), true, 0));
          }
          assertNull(lines.line(POD, server(UdpLines.LINES_OF_POD), true, 1));
          assertNotNull(lines.line(POD, server(0), true, 1), "it has that one");
          assertNotNull(lines.line(IpAddress.parse("10.0.1.11"), server(0), true, 1));
          assertEquals(0, lines.sweep(TimeUnit.SECONDS.toNanos(30)));
          assertNotNull(lines.line(POD, server(UdpLines.LINES_OF_POD), true, 2));
        });
  }

  @Test
  void aLineByWhichNothingCameIsReplacedOnce() throws Exception {
    withServers(
        lines -> {
          long second = TimeUnit.SECONDS.toNanos(1);
          UdpLines.Line first = lines.line(POD, server(0), true, 0);
          assertSame(first, lines.line(POD, server(0), true, 5 * second), "nobody asked");
          first.asked(5 * second);
          assertSame(first, lines.line(POD, server(0), true, 6 * second), "it may yet come");
          UdpLines.Line other = lines.line(POD, server(0), true, 6 * second + 1);
          assertNotSame(first, other);
          other.asked(7 * second);
          assertSame(other, lines.line(POD, server(0), true, 30 * second), "the server is slow");

          UdpLines.Line good = lines.line(POD, server(1), true, 0);
          good.asked(0);
          good.answered(7);
          good.asked(second);
          assertSame(good, lines.line(POD, server(1), true, 30 * second), "its port is free");
        });
  }

  private static Peer server(int number) {
    return new Peer(IpAddress.parse("198.18." + number / 250 + "." + (1 + number % 250)), 53);
  }

  private UdpLines.Line line(String pod, String server) {
    return Netns.in(
        Path.of("/run/netns", namespace),
        () -> {
          try (Poller poller = new Poller();
              UdpLines lines = new UdpLines(poller, new UpstreamPorts())) {
            Peer to = new Peer(IpAddress.parse(server), 53);
            return lines.line(IpAddress.parse(pod), to, true, System.nanoTime());
          }
        });
  }
}
