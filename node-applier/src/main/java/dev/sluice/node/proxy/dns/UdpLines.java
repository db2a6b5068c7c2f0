package dev.sluice.node.proxy.dns;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.proxy.dns.DnsConversation.Asked;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.node.proxy.socket.Poller;
import dev.sluice.node.proxy.socket.UdpLine;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets towards servers, one for each pod and server that talk, and the questions that are
 * open on each. A socket is given up after a while of silence, and renewed after a while of use, so
 * that its port does not become known. For the proxy's thread.
 */
final class UdpLines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpLines.class);

  /** Of all pods. */
  private static final int LINES = 8_192;

  /** Of one pod: even one that resolves names for others asks no more servers at a time. */
  static final int LINES_OF_POD = 1_024;

  private static final int OPEN_QUESTIONS = 4096;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** A server that has not answered after this long will not. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Where the first questions of a line have no answer after so long, others go from another port:
   * the pod may have this one, and then nothing comes back by it. Once, for a server may be slow.
   */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Way(IpAddress from, Peer to, boolean inPodsName) {}

  /** A socket and what was asked over it. */
  static final class Line {
    final UdpLine socket;
    final Map<Integer, Asked> open = new HashMap<>();
    private final Way way;
    private final long madeNanos;

    /** Whether it took the place of a silent one. */
    private final boolean second;

    private long usedNanos;
    private long firstNanos;
    private boolean asked;
    private boolean answered;
    private boolean replaced;

    private Line(Way way, UdpLine socket, long nowNanos, boolean second) {
      this.way = way;
      this.socket = socket;
      this.second = second;
      this.madeNanos = nowNanos;
      this.usedNanos = nowNanos;
    }

    /** A question was put into {@link #open}. */
    void asked(long nowNanos) {
      if (!asked) {
        asked = true;
        firstNanos = nowNanos;
      }
    }

    /** An open question has its answer. */
    void answered(int id) {
      answered = true;
      open.remove(id);
    }

    private boolean isSilent(long nowNanos) {
      return asked && !answered && !second && nowNanos - firstNanos > SILENT_NANOS;
    }
  }

  private final Poller poller;
  private final UpstreamPorts ports;
  private final Map<Way, Line> current = new HashMap<>();
  private final Map<Integer, Line> byFd = new HashMap<>();
  private final Map<IpAddress, Integer> ofPod = new HashMap<>();

  UdpLines(Poller poller, UpstreamPorts ports) {
    this.poller = poller;
    this.ports = ports;
  }

  /** The line of a pod to a server; null when there is no port or way, or there are too many. */
  Line line(IpAddress from, Peer to, boolean inPodsName, long nowNanos) {
    Way way = new Way(from, to, inPodsName);
    Line line = current.get(way);
    boolean silent = line != null && line.isSilent(nowNanos);
    if (line == null || silent || nowNanos - line.madeNanos > OLD_NANOS) {
      Line before = line;
      line = open(way, nowNanos, silent);
      if (line == null) {
        return null;
      }
      current.put(way, line);
      if (before != null) {
        before.replaced = true; // it stays for what is open on it
      }
    }
    line.usedNanos = nowNanos;
    return line.open.size() < OPEN_QUESTIONS ? line : null;
  }

  /** Null also when there is no way to the server: pods choose whom they ask. */
  private Line open(Way way, long nowNanos, boolean second) {
    if (byFd.size() >= LINES || ofPod.getOrDefault(way.from, 0) >= LINES_OF_POD) {
      return null;
    }
    UdpLine socket;
    try {
      socket = ports.open(way.from, from -> UdpLine.open(from, way.to, way.inPodsName));
    } catch (BpfException e) {
      LOG.debug("{} cannot ask {}: {}", way.from, way.to, e.getMessage());
      return null;
    }
    if (socket == null) {
      return null;
    }
    Line line = new Line(way, socket, nowNanos, second);
    poller.add(socket.fd());
    byFd.put(socket.fd(), line);
    ofPod.merge(way.from, 1, Integer::sum);
    return line;
  }

  /** The line that a readable socket belongs to; null when it was closed. */
  Line of(int fd) {
    return byFd.get(fd);
  }

  /** Whether no question is open. */
  boolean isIdle() {
    return byFd.values().stream().allMatch(line -> line.open.isEmpty());
  }

  /** How many questions are open. */
  int open() {
    return byFd.values().stream().mapToInt(line -> line.open.size()).sum();
  }

  /** Gives up what is silent or hopeless; returns how many questions stayed without an answer. */
  int sweep(long nowNanos) {
    int unanswered = 0;
    Iterator<Line> lines = byFd.values().iterator();
    while (lines.hasNext()) {
      Line line = lines.next();
      int before = line.open.size();
      line.open.values().removeIf(asked -> nowNanos - asked.nanos() > PATIENCE_NANOS);
      unanswered += before - line.open.size();
      if (line.open.isEmpty() && (line.replaced || nowNanos - line.usedNanos > IDLE_NANOS)) {
        current.remove(line.way, line);
        ofPod.computeIfPresent(line.way.from, (pod, count) -> count == 1 ? null : count - 1);
        lines.remove();
        line.socket.close();
      }
    }
    return unanswered;
  }

  @Override
  public void close() {
    byFd.values().forEach(line -> line.socket.close());
  }
}
