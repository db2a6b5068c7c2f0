package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.Netns;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on some of the node's links to datagrams for port 53, whatever becomes of them: a packet
 * socket a link, with a filter in the kernel. Links that nobody watches cost nothing. A thread of
 * its own, in the node's namespace.
 */
public final class QuestionTap implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuestionTap.class);
  private static final int PACKET = 17;
  private static final int EVERY_PROTOCOL = 0x0300; // ETH_P_ALL in the network's order
  private static final int SNAPPED = 1500;
  private static final int SO_ATTACH_FILTER = 26;

  /**
   * UDP to port 53 in IPv4 and IPv6 without extension headers, from the network header on: struct
   * sock_filter, as tcpdump -dd writes it.
   */
  private static final int[][] FILTER = {
    {0x30, 0, 0, 0}, // ldb [0]
    {0x54, 0, 0, 0xf0}, // and #0xf0
    {0x15, 0, 5, 0x40}, // jeq #0x40, IPv4 : else
    {0x30, 0, 0, 9}, // ldb [9]
    {0x15, 0, 9, 17}, // jeq #udp : drop
    {0xb1, 0, 0, 0}, // ldx 4*([0]&0xf)
    {0x48, 0, 0, 2}, // ldh [x+2]
    {0x15, 5, 6, 53}, // jeq #53, take : drop
    {0x15, 0, 5, 0x60}, // jeq #0x60 : drop
    {0x30, 0, 0, 6}, // ldb [6]
    {0x15, 0, 3, 17}, // jeq #udp : drop
    {0x28, 0, 0, 42}, // ldh [42]
    {0x15, 0, 1, 53}, // jeq #53 : drop
    {0x06, 0, 0, SNAPPED}, // take
    {0x06, 0, 0, 0}, // drop
  };

  /** Told of every datagram; the bytes are its own. */
  public interface Receiver {
    void datagram(Peer from, Peer to, byte[] payload);
  }

  private final Path netns;
  private final Receiver receiver;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Set<Integer>> wishes = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Integer> socketOf = new HashMap<>();
  private volatile Poller poller;
  private volatile boolean closing;

  /**
   * @param netns of the node; null: the process' own
   * @param broken told of our bugs
   */
  public QuestionTap(Path netns, Receiver receiver, Consumer<Throwable> broken) {
    this.netns = netns;
    this.receiver = receiver;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("dns-tap")
            .unstarted(
                () -> {
                  try {
                    run();
                  } catch (RuntimeException | Error e) {
                    if (!closing) {
                      LOG.error("the tap of questions ends", e);
                      broken.accept(e);
                    }
                  }
                });
  }

  public QuestionTap start() {
    thread.start();
    return this;
  }

  /** From now on these links, by their index, and no others. Any thread; returns at once. */
  public void watch(Set<Integer> links) {
    wishes.add(Set.copyOf(links));
    Poller waiting = poller;
    if (waiting != null) {
      waiting.wake();
    }
  }

  private void run() {
    Netns.enter(netns);
    try (Poller polling = new Poller();
        Arena arena = Arena.ofConfined()) {
      poller = polling;
      MemorySegment buffer = arena.allocate(SNAPPED, 8);
      while (!closing) {
        for (Set<Integer> wish = wishes.poll(); wish != null; wish = wishes.poll()) {
          follow(wish, polling);
        }
        polling.poll(1000, (fd, ended) -> read(fd, buffer));
      }
      poller = null;
    } finally {
      socketOf.values().forEach(Syscalls::close);
    }
  }

  private void follow(Set<Integer> links, Poller polling) {
    Iterator<Map.Entry<Integer, Integer>> open = socketOf.entrySet().iterator();
    while (open.hasNext()) {
      Map.Entry<Integer, Integer> each = open.next();
      if (!links.contains(each.getKey())) {
        Syscalls.close(each.getValue());
        open.remove();
      }
    }
    for (int link : links) {
      if (!socketOf.containsKey(link)) {
        try {
          int fd = open(link);
          polling.add(fd);
          socketOf.put(link, fd);
        } catch (BpfException e) {
          LOG.debug("link {} cannot be listened to: {}", link, e.getMessage()); // it is gone
        }
      }
    }
  }

  private static int open(int link) {
    int fd = check(Syscalls.socket(PACKET, 2 | 0x80800, 0), "cannot make a packet socket");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(8L * FILTER.length, 8);
      for (int i = 0; i < FILTER.length; i++) {
        code.set(ValueLayout.JAVA_SHORT, 8L * i, (short) FILTER[i][0]);
        code.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) FILTER[i][1]);
        code.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) FILTER[i][2]);
        code.set(ValueLayout.JAVA_INT, 8L * i + 4, FILTER[i][3]);
      }
      MemorySegment program = arena.allocate(16, 8); // struct sock_fprog
      program.set(ValueLayout.JAVA_SHORT, 0, (short) FILTER.length);
      program.set(ValueLayout.ADDRESS, 8, code);
      Syscalls.option(fd, 1, SO_ATTACH_FILTER, program, "a socket filter");
      MemorySegment address = arena.allocate(20, 4); // struct sockaddr_ll
      address.set(ValueLayout.JAVA_SHORT, 0, (short) PACKET);
      address.set(ValueLayout.JAVA_SHORT, 2, (short) EVERY_PROTOCOL);
      address.set(ValueLayout.JAVA_INT, 4, link);
      check(Syscalls.bind(fd, address), "cannot listen on a link");
      return fd;
    } catch (RuntimeException e) {
      Syscalls.close(fd);
      throw e;
    }
  }

  private void read(int fd, MemorySegment buffer) {
    for (long size = Syscalls.receive(fd, buffer); size > 0; size = Syscalls.receive(fd, buffer)) {
      tell(buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private void tell(byte[] packet) {
    boolean v6 = (packet[0] & 0xf0) == 0x60;
    int header = v6 ? 40 : 4 * (packet[0] & 0xf);
    int payload = header + 8;
    if (packet.length < payload) {
      return;
    }
    Peer from = new Peer(address(packet, v6, v6 ? 8 : 12), port(packet, header));
    Peer to = new Peer(address(packet, v6, v6 ? 24 : 16), port(packet, header + 2));
    int end = Math.min(packet.length, header + port(packet, header + 4));
    if (end > payload) {
      receiver.datagram(from, to, java.util.Arrays.copyOfRange(packet, payload, end));
    }
  }

  private static int port(byte[] packet, int at) {
    return (packet[at] & 0xff) << 8 | packet[at + 1] & 0xff;
  }

  private static IpAddress address(byte[] packet, boolean v6, int at) {
    byte[] mapped = new byte[16];
    if (!v6) {
      mapped[10] = mapped[11] = (byte) 0xff;
    }
    System.arraycopy(packet, at, mapped, v6 ? 0 : 12, v6 ? 16 : 4);
    return IpAddress.ofMapped(mapped);
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    Poller waiting = poller;
    if (waiting != null) {
      waiting.wake();
    }
    thread.join(Duration.ofSeconds(5));
  }
}
