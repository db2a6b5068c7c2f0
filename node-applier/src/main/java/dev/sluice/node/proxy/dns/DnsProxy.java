package dev.sluice.node.proxy.dns;

import dev.sluice.node.bpf.Foreground;
import dev.sluice.node.bpf.Netns;
import dev.sluice.node.proxy.socket.Poller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DNS between the node's pods and their servers, on one thread in the node's namespace:
 *
 * <pre>
 *   pod ──► UdpTap, TcpListener ──► DnsConversation.question ──► UdpLine, TcpStream ──► server
 *   pod ◄── UdpReplies, TcpStream ◄── HeldAnswers ◄── DnsConversation.answer ◄── ── server
 * </pre>
 */
public final class DnsProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DnsProxy.class);
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long what is open at the end may take. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Told which socket takes pods' packets, by transport and family. */
  public interface Taken {
    void takes(boolean stream, boolean v6, int socket);
  }

  /**
   * Bounds.
   *
   * @param hold how long an answer waits for its addresses at most
   * @param idle after which a connection over which nothing was asked is ended
   * @param connections of one pod at a time
   */
  public record Limits(Duration hold, Duration idle, int connections) {}

  private final DnsConversation conversation;
  private final Limits limits;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile Poller poller;
  private volatile IntConsumer mtu;
  private volatile boolean closing;
  private volatile long closingSince;
  private long sweptNanos;
  private long lookedNanos;

  /**
   * @param netns of the node; null: the process' own
   * @param taken told the sockets that take pods' packets, before the first is read
   * @param broken told of our bugs
   */
  public DnsProxy(
      DnsConversation conversation,
      Limits limits,
      Path netns,
      Taken taken,
      Consumer<Throwable> broken) {
    this.conversation = conversation;
    this.limits = limits;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("dns")
            .unstarted(
                () -> {
                  try {
                    Netns.enter(netns);
                    Foreground.enter();
                    run(taken);
                  } catch (RuntimeException | Error e) {
                    ready.completeExceptionally(e);
                    if (!closing) {
                      LOG.error("the DNS proxy ends", e);
                      broken.accept(e);
                    }
                  }
                });
  }

  /** Starts it; returns when pods' questions reach it. */
  public DnsProxy start() {
    Foreground.collector();
    thread.start();
    ready.join();
    return this;
  }

  /** Pods' links carry packets of this size; it must have been started. */
  public void mtu(int bytes) {
    later(() -> mtu.accept(bytes));
  }

  private void run(Taken taken) {
    HeldAnswers held = new HeldAnswers(limits.hold().toNanos(), this::later);
    UpstreamPorts ports = new UpstreamPorts();
    try (Poller polling = new Poller();
        UdpSide udp = new UdpSide(conversation, held, this::later, polling, ports);
        TcpSide tcp = new TcpSide(conversation, held, this::later, polling, ports, limits)) {
      poller = polling;
      mtu = udp::mtu;
      udp.open(taken);
      tcp.open(taken);
      ready.complete(null);
      lookedNanos = System.nanoTime();
      while (!closing || !isOver(udp, tcp)) {
        work(polling, udp, tcp, held);
      }
      int left = udp.open() + tcp.open();
      if (left > 0) {
        conversation.counts().unanswered.add(left);
        LOG.warn("{} questions had no answer yet when this process left: they are lost", left);
      }
      poller = null;
    }
  }

  /** What was asked is answered, or has waited long enough. */
  private boolean isOver(UdpSide udp, TcpSide tcp) {
    return (udp.isIdle() && tcp.isIdle()) || System.nanoTime() - closingSince > DRAIN_NANOS;
  }

  private void work(Poller polling, UdpSide udp, TcpSide tcp, HeldAnswers held) {
    long began = lookedNanos; // nothing since then is left out: a pause may fall anywhere
    int idleMillis = held.idleMillis(began);
    polling.poll(
        idleMillis,
        (fd, broken) -> {
          if (!udp.ready(fd)) {
            tcp.ready(fd, broken);
          }
        });
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    long now = System.nanoTime();
    lookedNanos = now;
    held.late(now - began - TimeUnit.MILLISECONDS.toNanos(idleMillis));
    held.expire(now);
    if (now - sweptNanos > SWEEP_NANOS) {
      sweptNanos = now;
      udp.sweep(now);
      tcp.sweep(now);
    }
  }

  private void later(Runnable task) {
    tasks.add(task);
    Poller waiting = poller;
    if (waiting != null) {
      waiting.wake();
    }
  }

  /** Answers what is open, takes what waits in its sockets, and ends. */
  @Override
  public void close() throws InterruptedException {
    closingSince = System.nanoTime();
    closing = true;
    later(() -> {});
    thread.join(Duration.ofSeconds(5));
  }
}
