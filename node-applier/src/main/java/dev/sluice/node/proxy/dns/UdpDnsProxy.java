package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.Exchange;
import dev.sluice.node.bpf.Netns;
import dev.sluice.node.proxy.dns.DnsConversation.Asked;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.Poller;
import dev.sluice.node.proxy.socket.UdpReplies;
import dev.sluice.node.proxy.socket.UdpTap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DNS over UDP between the node's pods and their servers, on one thread in the node's namespace:
 *
 * <pre>
 *   pod ──► UdpTap ──► DnsConversation.question ──► UdpLine ──► server
 *   pod ◄── UdpReplies ◄── (usable?) ◄── DnsConversation.answer ◄── UdpLine ◄── server
 * </pre>
 */
public final class UdpDnsProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpDnsProxy.class);
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Told which socket takes pods' datagrams, by family. */
  public interface Taken {
    void takes(boolean v6, int socket);
  }

  /** An answer that waits; it is sent once, in whichever way. */
  private static final class Held {
    final Asked asked;
    final DnsConversation.Answer answer;
    final long untilNanos;
    boolean over;

    Held(Asked asked, DnsConversation.Answer answer, long untilNanos) {
      this.asked = asked;
      this.answer = answer;
      this.untilNanos = untilNanos;
    }
  }

  private final DnsConversation conversation;
  private final long holdNanos;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Held> held =
      new PriorityQueue<>(Comparator.comparingLong((Held each) -> each.untilNanos));
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile Poller poller;
  private volatile boolean closing;
  private UdpReplies replies;
  private UdpLines lines;
  private long sweptNanos;

  /**
   * @param netns of the node; null: the process' own
   * @param mtu of pods' links
   * @param taken told the socket that takes pods' datagrams, before the first is read
   * @param broken told of our bugs
   */
  public UdpDnsProxy(
      DnsConversation conversation,
      Duration hold,
      Path netns,
      int mtu,
      Taken taken,
      Consumer<Throwable> broken) {
    this.conversation = conversation;
    this.holdNanos = hold.toNanos();
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("dns")
            .unstarted(
                () -> {
                  try {
                    Netns.enter(netns);
                    run(mtu, taken);
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
  public UdpDnsProxy start() {
    thread.start();
    ready.join();
    return this;
  }

  private void run(int mtu, Taken taken) {
    try (Poller polling = new Poller();
        UdpTap tap = UdpTap.open(false);
        UdpTap tap6 = UdpTap.open(true);
        UdpReplies sending = UdpReplies.open(mtu);
        UdpLines upstream = new UdpLines(polling)) {
      poller = polling;
      replies = sending;
      lines = upstream;
      polling.add(tap.fd());
      taken.takes(false, tap.fd());
      if (tap6 != null) {
        polling.add(tap6.fd());
        taken.takes(true, tap6.fd());
      }
      ready.complete(null);
      while (!closing) {
        work(tap, tap6);
      }
      poller = null;
    }
  }

  private void work(UdpTap tap, UdpTap tap6) {
    poller.poll(
        timeoutMillis(),
        fd -> {
          if (fd == tap.fd()) {
            tap.receive(this::question);
          } else if (tap6 != null && fd == tap6.fd()) {
            tap6.receive(this::question);
          } else {
            readLine(lines.of(fd));
          }
        });
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    long now = System.nanoTime();
    while (!held.isEmpty() && (held.peek().over || held.peek().untilNanos - now <= 0)) {
      give(held.poll(), false);
    }
    if (now - sweptNanos > SWEEP_NANOS) {
      sweptNanos = now;
      conversation.counts().unanswered.add(lines.sweep(now));
    }
  }

  private int timeoutMillis() {
    long until = held.isEmpty() ? SWEEP_NANOS : held.peek().untilNanos - System.nanoTime();
    return (int) Math.max(0, Math.min(1000, until / 1_000_000 + 1));
  }

  private void question(Peer client, Peer server, byte[] bytes) {
    CompletableFuture<FlowRules> rules = conversation.desk().rules(client, server, DnsDesk.UDP);
    if (rules.isDone()) {
      rules.thenAccept(known -> ask(client, server, known, bytes));
    } else {
      rules.thenAccept(known -> later(() -> ask(client, server, known, bytes)));
    }
  }

  private void ask(Peer client, Peer server, FlowRules rules, byte[] bytes) {
    long now = System.nanoTime();
    UdpLines.Line line =
        rules.pod().isEmpty()
            ? null
            : lines.line(client.address(), server, rules.inPodsName(), now);
    if (line == null) {
      conversation.counts().unanswered.increment();
      return; // as if it had been lost on the way: the client asks again
    }
    DnsConversation.Question question =
        conversation.question(client, server, DnsDesk.UDP, rules, bytes, lines.freeId(line));
    question.reply().ifPresent(reply -> replies.send(server, client, reply));
    question.ask().ifPresent(exchange -> send(line, client, server, rules, exchange, now));
  }

  private static void send(
      UdpLines.Line line, Peer client, Peer server, FlowRules rules, Exchange exchange, long now) {
    Asked asked = new Asked(client, server, DnsDesk.UDP, rules, exchange, now);
    line.open.put(exchange.serverId(), asked);
    line.socket.send(exchange.toServer());
  }

  private void readLine(UdpLines.Line line) {
    if (line == null) {
      return;
    }
    for (byte[] bytes = line.socket.receive(); bytes != null; bytes = line.socket.receive()) {
      int id = bytes.length < 2 ? -1 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
      Asked asked = line.open.get(id);
      if (asked == null) {
        conversation.counts().mismatched.increment();
        continue;
      }
      conversation
          .answer(asked, bytes)
          .ifPresent(
              answer -> {
                line.open.remove(id);
                answered(asked, answer);
              });
    }
  }

  private void answered(Asked asked, DnsConversation.Answer answer) {
    if (answer.usable().isDone()) {
      replies.send(asked.server(), asked.client(), answer.bytes());
      answer.given().accept(true);
      return;
    }
    Held waiting = new Held(asked, answer, System.nanoTime() + holdNanos);
    held.add(waiting);
    answer.usable().thenRun(() -> later(() -> give(waiting, true)));
  }

  private void give(Held waiting, boolean usable) {
    if (waiting.over) {
      return;
    }
    waiting.over = true;
    byte[] bytes = usable ? waiting.answer.bytes() : waiting.answer.instead();
    replies.send(waiting.asked.server(), waiting.asked.client(), bytes);
    waiting.answer.given().accept(usable);
  }

  private void later(Runnable task) {
    tasks.add(task);
    Poller waiting = poller;
    if (waiting != null) {
      waiting.wake();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    later(() -> {});
    thread.join(Duration.ofSeconds(5));
  }
}
