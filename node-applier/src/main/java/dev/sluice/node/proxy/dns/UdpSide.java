package dev.sluice.node.proxy.dns;

import dev.sluice.node.proxy.dns.DnsConversation.Asked;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.Poller;
import dev.sluice.node.proxy.socket.UdpReplies;
import dev.sluice.node.proxy.socket.UdpTap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** What comes in datagrams, one question or answer each. For the proxy's thread. */
final class UdpSide implements AutoCloseable {
  /** A client that was not answered for so long has asked again. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What every link carries (RFC 8200, 5), until it is known what pods' links do. */
  private static final int SMALLEST_MTU = 1280;

  private final DnsConversation conversation;
  private final HeldAnswers held;
  private final Executor proxy;
  private final Poller poller;
  private final UpstreamPorts ports;
  private final UdpReplies replies;
  private final UdpLines lines;
  private final List<UdpTap> taps = new ArrayList<>();
  private int undecided;

  UdpSide(
      DnsConversation conversation,
      HeldAnswers held,
      Executor proxy,
      Poller poller,
      UpstreamPorts ports) {
    this.conversation = conversation;
    this.held = held;
    this.proxy = proxy;
    this.poller = poller;
    this.ports = ports;
    this.replies = UdpReplies.open(SMALLEST_MTU, conversation.counts().unsent);
    this.lines = new UdpLines(poller, ports);
  }

  void mtu(int bytes) {
    replies.mtu(bytes);
  }

  void open(DnsProxy.Taken taken) {
    for (boolean v6 : List.of(false, true)) {
      UdpTap tap = UdpTap.open(v6);
      if (tap != null) {
        taps.add(tap);
        poller.add(tap.fd());
        taken.takes(false, v6, tap.fd());
      }
    }
  }

  /** Whether a socket that is ready is one of these; then what it has was taken. */
  boolean ready(int fd) {
    for (UdpTap tap : taps) {
      if (tap.fd() == fd) {
        tap.receive(this::question);
        return true;
      }
    }
    UdpLines.Line line = lines.of(fd);
    if (line != null) {
      readLine(line);
    }
    return line != null;
  }

  /** Whether nothing is open, and nothing waits in the sockets. */
  boolean isIdle() {
    return undecided == 0 && lines.isIdle() && held.isEmpty() && takeWaiting() == 0;
  }

  private int takeWaiting() {
    return taps.stream().mapToInt(tap -> tap.receive(this::question)).sum();
  }

  /** Gives up what is silent or hopeless. */
  void sweep(long nowNanos) {
    conversation.counts().unanswered.add(lines.sweep(nowNanos));
    taps.forEach(tap -> conversation.counts().overflowed.add(tap.dropped()));
  }

  /** How many questions are open. */
  int open() {
    return undecided + lines.open();
  }

  private void question(Peer client, Peer server, byte[] bytes) {
    CompletableFuture<FlowRules> rules = conversation.desk().rules(client, server, DnsDesk.UDP);
    if (rules.isDone()) {
      ask(client, server, FlowRules.known(rules), bytes);
      return;
    }
    undecided++;
    long askedNanos = System.nanoTime();
    rules.whenComplete(
        (known, failed) ->
            proxy.execute(
                () -> {
                  undecided--;
                  if (System.nanoTime() - askedNanos < PATIENCE_NANOS) {
                    ask(client, server, FlowRules.known(rules), bytes);
                  } else {
                    conversation.counts().unanswered.increment();
                  }
                }));
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
        conversation.question(client, server, DnsDesk.UDP, rules, bytes, ports.freeId(line.open));
    question.reply().ifPresent(reply -> replies.send(server, client, reply));
    question
        .ask()
        .ifPresent(
            exchange -> {
              line.open.put(
                  exchange.serverId(),
                  new Asked(client, server, DnsDesk.UDP, rules, exchange, now));
              line.asked(now);
              line.socket.send(exchange.toServer());
            });
  }

  private void readLine(UdpLines.Line line) {
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
                line.answered(id);
                held.give(answer, message -> replies.send(asked.server(), asked.client(), message));
              });
    }
  }

  @Override
  public void close() {
    taps.forEach(UdpTap::close);
    lines.close();
    replies.close();
  }
}
