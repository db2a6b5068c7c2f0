package dev.sluice.node.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.service.LocalHealth;
import dev.sluice.node.bpf.Netns;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports at which load balancers ask, in a network namespace of the test's own. */
@RequiresKernel
class HealthPortsTest {
  private static final int PORT = 32_001;

  private final String name = "slcthp" + ProcessHandle.current().pid();
  private final Path netns = Path.of("/run/netns", name);

  @BeforeEach
  void namespace() throws Exception {
    run("ip", "netns", "add", name);
    run("ip", "-n", name, "link", "set", "lo", "up");
    run("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.tcp_migrate_req=1");
  }

  @AfterEach
  void gone() throws Exception {
    run("ip", "netns", "del", name);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }

  private static TreeMap<Integer, LocalHealth> wanted(String service, int backends) {
    TreeMap<Integer, LocalHealth> wanted = new TreeMap<>();
    wanted.put(PORT, new LocalHealth(service, backends));
    return wanted;
  }

  /** A question and its answer; the caller is in the namespace. */
  private static String ask(String address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, PORT));
      socket.getOutputStream().write("GET /healthz HTTP/1.1\r\n".getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write("Host: n\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void sayWhetherTheNodeHasBackends() {
    try (HealthPorts ports = new HealthPorts(netns)) {
      ports.serve(wanted("shop/web", 2));
      for (String address : new String[] {"127.0.0.1", "::1"}) {
        String said = Netns.in(netns, () -> ask(address));
        assertTrue(said.startsWith("HTTP/1.1 200 OK\r\n"), said);
        assertTrue(said.contains("X-Load-Balancing-Endpoint-Weight: 2\r\n"), said);
        assertTrue(
            said.endsWith(
                "\r\n\r\n{\"service\": {\"namespace\": \"shop\", \"name\": \"web\"},"
                    + " \"localEndpoints\": 2}\n"),
            said);
      }
      ports.serve(wanted("shop/web", 0));
      String said = Netns.in(netns, () -> ask("127.0.0.1"));
      assertTrue(said.startsWith("HTTP/1.1 503 Service Unavailable\r\n"), said);
      ports.serve(new TreeMap<>());
      assertThrows(UncheckedIOException.class, () -> Netns.in(netns, () -> ask("127.0.0.1")));
    }
  }

  private static Socket connected() throws IOException {
    return new Socket("127.0.0.1", PORT);
  }

  /** Anybody can hold connections: they cost so much, and nobody who asks waits for them. */
  @Test
  void connectionsThatAreHeldGiveWay() {
    int more = 40;
    List<Socket> held = new ArrayList<>();
    try (HealthPorts ports = new HealthPorts(netns, Duration.ofHours(1))) {
      ports.serve(wanted("shop/web", 1));
      Netns.in(
          netns,
          () -> {
            for (int i = 0; i < HealthAskers.MOST + more; i++) {
              held.add(connected());
            }
            for (int i = 0; i < more; i++) {
              assertOver(held.get(i));
            }
            String said = ask("127.0.0.1");
            assertTrue(said.startsWith("HTTP/1.1 200 OK\r\n"), said);
            assertOver(held.get(more));
            return null;
          });
      assertEquals(more + 1, ports.turnedAway());
    } finally {
      held.forEach(HealthPortsTest::close);
    }
  }

  /** The other side has closed it; a reset is as good. */
  private static void assertOver(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException e) {
      assertEquals("Connection reset", e.getMessage());
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A byte now and then keeps nothing open: 8 192 of them, a millisecond each, would. */
  @Test
  void aConnectionHasSoLongToAsk() {
    try (HealthPorts ports = new HealthPorts(netns, Duration.ofMillis(100))) {
      ports.serve(wanted("shop/web", 1));
      int taken =
          Netns.in(
              netns,
              () -> {
                try (Socket socket = connected()) {
                  for (int sent = 0; ; sent++) {
                    socket.getOutputStream().write('a');
                    LockSupport.parkNanos(1_000_000);
                    if (sent > 8_191) {
                      return sent;
                    }
                  }
                } catch (SocketException e) {
                  return 0;
                }
              });
      assertEquals(0, taken, "it was read to the end of the buffer");
    }
  }

  /** Whoever asks while one process hands over to the next gets an answer from one of them. */
  @Test
  void nobodyIsRefusedWhileOneSucceedsAnother() throws Exception {
    HealthPorts has = new HealthPorts(netns);
    has.serve(wanted("shop/web", 1));
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    CountDownLatch asking = new CountDownLatch(1);
    FutureTask<String> asker =
        new FutureTask<>(
            () -> {
              Netns.enter(netns);
              while (!over.get()) {
                try {
                  String said = ask("127.0.0.1");
                  if (!said.startsWith("HTTP/1.1 200")) {
                    return "after " + answered + ": " + said;
                  }
                } catch (ConnectException e) {
                  return "refused after " + answered;
                }
                answered.incrementAndGet();
                asking.countDown();
              }
              return "";
            });
    Thread.ofPlatform().start(asker);
    asking.await();
    for (int i = 0; i < 50 && !asker.isDone(); i++) {
      int before = answered.get();
      HealthPorts next = new HealthPorts(netns);
      next.serve(wanted("shop/web", 1));
      has.close();
      has = next;
      while (answered.get() == before && !asker.isDone()) {
        Thread.onSpinWait();
      }
    }
    over.set(true);
    String failure = asker.get();
    has.close();
    assertEquals("", failure);
  }
}
