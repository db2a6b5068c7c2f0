package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.DnsMessage;
import dev.sluice.core.dns.DnsStream;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.proxy.dns.DnsConversation.Asked;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.TcpStream;
import dev.sluice.node.proxy.socket.TcpStream.Found;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One pod's connection to one server, in two halves: the pod's, and one of our own in the pod's
 * name, made when a question first passes. Questions may be many at a time, answers come in the
 * server's order. What the server ends with questions open is ended towards the pod; what it ends
 * in silence is opened again when something is asked. For the proxy's thread.
 */
final class TcpDialogue {
  /** Questions at a time; the rest waits in the pod's socket. */
  private static final int OPEN_QUESTIONS = 128;

  /** Answers that a pod does not read, before no more is asked for it; bytes. */
  private static final int UNREAD = 256 * 1024;

  /** A server that has not answered after this long will not. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final TcpSide side;
  private final TcpStream client;
  private final DnsStream asking = new DnsStream();
  private final Map<Integer, Asked> open = new HashMap<>();
  private TcpStream server;
  private DnsStream answering = new DnsStream();
  private long busyNanos;
  private int undecided; // questions whose rules are asked for, and answers that are held
  private boolean clientEnded;
  private boolean serverGone;
  private boolean working; // what is given meanwhile needs no call to go on
  private boolean over;

  TcpDialogue(TcpSide side, TcpStream client, long nowNanos) {
    this.side = side;
    this.client = client;
    this.busyNanos = nowNanos;
  }

  Peer client() {
    return client.from();
  }

  /** One of its sockets has something, or takes something again. */
  void ready(int fd, boolean broken) {
    working = true;
    if (server != null && server.fd() == fd) {
      server.flush();
      readServer();
    } else if (client.fd() == fd && broken) {
      end();
    } else if (client.fd() == fd) {
      client.flush();
      readClient();
    }
    working = false;
    goOn();
  }

  private void readClient() {
    if (clientEnded || !mayAsk()) {
      return;
    }
    TcpStream.Read read = client.read();
    switch (read.found()) {
      case BYTES -> asking.put(read.bytes());
      case NOTHING -> {}
      case END -> clientEnded = true;
      case BROKEN -> end();
    }
  }

  private void readServer() {
    while (server != null) {
      TcpStream.Read read = server.read();
      if (read.found() == Found.NOTHING) {
        return;
      }
      if (read.found() != Found.BYTES) {
        dropServer();
        return;
      }
      answering.put(read.bytes());
      for (byte[] next = answering.next(); next != null; next = answering.next()) {
        answered(next);
      }
    }
  }

  private void dropServer() {
    side.closed(server);
    server.reset();
    server = null;
    answering = new DnsStream();
    if (!open.isEmpty()) {
      side.conversation().counts().unanswered.add(open.size());
      open.clear();
      serverGone = true;
    }
  }

  private boolean mayAsk() {
    return !serverGone && open.size() + undecided < OPEN_QUESTIONS && client.waiting() < UNREAD;
  }

  /** Asks what may be asked, and ends what has ended. */
  private void goOn() {
    while (!over && mayAsk()) {
      byte[] next = asking.next();
      if (next == null) {
        break;
      }
      question(next);
    }
    if (over) {
      return;
    }
    boolean idle = open.isEmpty() && undecided == 0;
    boolean nothingMore = clientEnded && mayAsk(); // then no whole message is left to be asked
    if (idle && client.waiting() == 0 && (nothingMore || serverGone)) {
      finish();
      return;
    }
    side.watch(client, !clientEnded && mayAsk());
    if (server != null) {
      side.watch(server, true);
    }
  }

  private void question(byte[] bytes) {
    busyNanos = System.nanoTime();
    undecided++;
    CompletableFuture<FlowRules> rules =
        side.conversation().desk().rules(client.from(), client.to(), DnsDesk.TCP);
    if (rules.isDone()) {
      ask(FlowRules.known(rules), bytes);
    } else {
      rules.whenComplete(
          (known, failed) ->
              side.proxy()
                  .execute(
                      () -> {
                        ask(FlowRules.known(rules), bytes);
                        goOn();
                      }));
    }
  }

  private void ask(FlowRules rules, byte[] bytes) {
    undecided--;
    if (over) {
      return;
    }
    if (rules.pod().isEmpty() || bytes.length < DnsMessage.HEADER_BYTES) {
      end(); // nobody's, or nothing that could be answered
      return;
    }
    DnsConversation.Question question =
        side.conversation()
            .question(
                client.from(), client.to(), DnsDesk.TCP, rules, bytes, side.ports().freeId(open));
    question.reply().ifPresent(reply -> client.write(DnsStream.framed(reply)));
    question
        .ask()
        .ifPresent(
            exchange -> {
              open.put(
                  exchange.serverId(),
                  new Asked(
                      client.from(), client.to(), DnsDesk.TCP, rules, exchange, System.nanoTime()));
              if (connected(rules)) {
                server.write(DnsStream.framed(exchange.toServer()));
              }
            });
  }

  private boolean connected(FlowRules rules) {
    if (server == null) {
      try {
        server = side.connect(client.from(), client.to(), rules.inPodsName());
      } catch (BpfException e) {
        server = null; // no way there: as if the server had refused
      }
      if (server == null) {
        side.conversation().counts().unanswered.add(open.size());
        end();
        return false;
      }
      side.opened(server, this);
    }
    return true;
  }

  private void answered(byte[] bytes) {
    int id = bytes.length < 2 ? -1 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    Asked asked = open.get(id);
    if (asked == null) {
      side.conversation().counts().mismatched.increment();
      return;
    }
    side.conversation()
        .answer(asked, bytes)
        .ifPresent(
            answer -> {
              open.remove(id);
              undecided++;
              side.held().give(answer, this::give);
            });
  }

  private void give(byte[] message) {
    undecided--;
    busyNanos = System.nanoTime();
    if (!over) {
      client.write(DnsStream.framed(message));
      if (!working) {
        goOn();
      }
    }
  }

  /** How many questions are open. */
  int open() {
    return open.size() + undecided;
  }

  /** Whether everything that was asked is answered. */
  boolean isIdle() {
    return open.isEmpty() && undecided == 0 && client.waiting() == 0 && !asking.isPartial();
  }

  /** Ends it when nothing happens. */
  void sweep(long nowNanos, long idleNanos) {
    if (over) {
      return;
    }
    boolean hopeless =
        open.values().stream().anyMatch(asked -> nowNanos - asked.nanos() > PATIENCE_NANOS);
    if (hopeless) {
      side.conversation().counts().unanswered.add(open.size());
      end();
    } else if (open.isEmpty() && undecided == 0 && nowNanos - busyNanos > idleNanos) {
      side.conversation().counts().connectionsIdle.increment();
      end();
    }
  }

  /** All is said: the pod's half ends as connections do. */
  private void finish() {
    side.closed(client);
    client.close();
    if (server != null) {
      side.closed(server);
      server.close();
    }
    end();
  }

  /** The process ends: what is answered ends as connections do. */
  void leave() {
    if (!over && isIdle()) {
      finish();
    } else {
      end();
    }
  }

  /** Ends it, whatever is open; nothing of it lingers. */
  void end() {
    if (over) {
      return;
    }
    over = true;
    side.closed(client);
    client.reset();
    if (server != null) {
      side.closed(server);
      server.reset();
      server = null;
    }
    side.over(this);
  }
}
