package dev.sluice.node.proxy.dns;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.Poller;
import dev.sluice.node.proxy.socket.TcpListener;
import dev.sluice.node.proxy.socket.TcpStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** All connections of pods to servers, bounded by pod and in all. For the proxy's thread. */
final class TcpSide implements AutoCloseable {
  /** Of all pods: two sockets each. */
  private static final int CONNECTIONS = 16_384;

  private final DnsConversation conversation;
  private final HeldAnswers held;
  private final Executor proxy;
  private final Poller poller;
  private final UpstreamPorts ports;
  private final DnsProxy.Limits limits;
  private final List<TcpListener> listeners = new ArrayList<>();
  private final Map<Integer, TcpDialogue> byFd = new HashMap<>();

  /** What each socket is watched for, where that is not only for something to read. */
  private final Map<Integer, Watch> watched = new HashMap<>();

  private final Map<IpAddress, Integer> ofPod = new HashMap<>();
  private int connections;

  private record Watch(boolean readable, boolean writable) {
    static final Watch READABLE = new Watch(true, false);
  }

  TcpSide(
      DnsConversation conversation,
      HeldAnswers held,
      Executor proxy,
      Poller poller,
      UpstreamPorts ports,
      DnsProxy.Limits limits) {
    this.conversation = conversation;
    this.held = held;
    this.proxy = proxy;
    this.poller = poller;
    this.ports = ports;
    this.limits = limits;
  }

  void open(DnsProxy.Taken taken) {
    for (boolean v6 : List.of(false, true)) {
      TcpListener listener = TcpListener.open(v6);
      if (listener != null) {
        listeners.add(listener);
        poller.add(listener.fd());
        taken.takes(true, v6, listener.fd());
      }
    }
  }

  /** A socket is ready; one that is not of these any more is passed over. */
  void ready(int fd, boolean broken) {
    for (TcpListener listener : listeners) {
      if (listener.fd() == fd) {
        accept(listener);
        return;
      }
    }
    TcpDialogue dialogue = byFd.get(fd);
    if (dialogue != null) {
      dialogue.ready(fd, broken);
    }
  }

  private void accept(TcpListener listener) {
    for (TcpStream client = listener.accept(); client != null; client = listener.accept()) {
      IpAddress pod = client.from().address();
      if (connections >= CONNECTIONS || ofPod.getOrDefault(pod, 0) >= limits.connections()) {
        conversation.counts().connectionsRefused.increment();
        client.reset();
        continue;
      }
      conversation.counts().connections.increment();
      connections++;
      ofPod.merge(pod, 1, Integer::sum);
      TcpDialogue dialogue = new TcpDialogue(this, client, System.nanoTime());
      opened(client, dialogue);
    }
  }

  /** A dialogue has a socket more. */
  void opened(TcpStream stream, TcpDialogue dialogue) {
    poller.add(stream.fd());
    byFd.put(stream.fd(), dialogue);
  }

  /** What a dialogue waits for. */
  void watch(TcpStream stream, boolean readable) {
    Watch wanted = new Watch(readable, stream.waiting() > 0);
    if (!wanted.equals(watched.getOrDefault(stream.fd(), Watch.READABLE))) {
      poller.watch(stream.fd(), wanted.readable, wanted.writable);
      watched.put(stream.fd(), wanted);
    }
  }

  /** A dialogue has no use for a socket any more. */
  void closed(TcpStream stream) {
    byFd.remove(stream.fd());
    watched.remove(stream.fd());
  }

  /** A dialogue is over. */
  void over(TcpDialogue dialogue) {
    connections--;
    ofPod.computeIfPresent(
        dialogue.client().address(), (pod, count) -> count == 1 ? null : count - 1);
  }

  /** A connection to a server; null when no port is free. */
  TcpStream connect(Peer client, Peer server, boolean inPodsName) {
    return ports.open(client.address(), from -> TcpStream.connect(from, server, inPodsName));
  }

  DnsConversation conversation() {
    return conversation;
  }

  HeldAnswers held() {
    return held;
  }

  Executor proxy() {
    return proxy;
  }

  UpstreamPorts ports() {
    return ports;
  }

  /** Whether nothing is open, and no connection waits. */
  boolean isIdle() {
    listeners.forEach(this::accept);
    return byFd.values().stream().allMatch(TcpDialogue::isIdle);
  }

  /** How many questions are open. */
  int open() {
    return byFd.values().stream().distinct().mapToInt(TcpDialogue::open).sum();
  }

  /** Ends what is silent or hopeless. */
  void sweep(long nowNanos) {
    List.copyOf(byFd.values())
        .forEach(dialogue -> dialogue.sweep(nowNanos, limits.idle().toNanos()));
  }

  @Override
  public void close() {
    listeners.forEach(TcpListener::close);
    List.copyOf(byFd.values()).forEach(TcpDialogue::leave);
  }
}
