package dev.sluice.node.proxy.dns;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Lesson;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.mirror.LocalPod;
import dev.sluice.node.mirror.Mirror;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.proxy.socket.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The proxy's desk at the applier: asks it once for each flow and each new fact, and remembers what
 * it said until a step makes that doubtful.
 */
public final class NodeDnsDesk implements DnsDesk, NamesListener {
  /** More flows than this, and all are asked for again. */
  private static final int REMEMBERED = 65_536;

  private record FlowKey(IpAddress client, Peer server, int protocol) {}

  private final long floorNanos;
  private final ResolverTrust trust;
  private final Consumer<DnsSeen> seen;
  private final Map<FlowKey, FlowRules> flows = new ConcurrentHashMap<>();
  private final Map<String, Boolean> matters = new ConcurrentHashMap<>();
  private final Map<IpAddress, Map<String, Long>> freshUntil = new ConcurrentHashMap<>();
  private volatile NameSelectors selectors = new NameSelectors();
  private volatile Consumer<DnsEvent> publisher = event -> {};
  private volatile ApplierThread applier;

  /**
   * @param floor what an answer holds at least: a fact is told again after half of its life
   * @param seen told of every message; quick
   */
  public NodeDnsDesk(Duration floor, ResolverTrust trust, Consumer<DnsSeen> seen) {
    this.floorNanos = floor.toNanos();
    this.trust = trust;
    this.seen = seen;
  }

  /** Whom to ask. Before, nothing is known and every question waits. */
  public void open(ApplierThread thread) {
    applier = thread;
  }

  /** Where facts go from now on. */
  public void publishTo(Consumer<DnsEvent> events) {
    publisher = events;
  }

  /** A step was done: rules may be others. */
  public void stepped() {
    flows.clear();
  }

  @Override
  public CompletableFuture<FlowRules> rules(Peer client, Peer server, int protocol) {
    FlowKey key = new FlowKey(client.address(), server, protocol);
    FlowRules known = flows.get(key);
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    return applier.ask(
        target -> {
          FlowRules found = find(target, key);
          if (flows.size() > REMEMBERED) {
            flows.clear();
          }
          flows.put(key, found); // on the applier's thread: no step can come between
          return found;
        });
  }

  private FlowRules find(Applier target, FlowKey key) {
    Mirror mirror = target.mirror();
    Optional<LocalPod> pod = mirror.addresses().podAt(key.client());
    if (pod.isEmpty()) {
      return new FlowRules("", 0, 0, 0, QuestionRules.NONE, false, false);
    }
    int identity = pod.get().identity();
    int server = mirror.names().identityOf(key.server().address());
    boolean node =
        IdentityScope.isHost(server)
            || server == ReservedIdentity.REMOTE_NODE.number()
            || IdentityScope.NODES.has(server);
    List<String> labels =
        mirror.subject(server).map(subject -> subject.labels().texts()).orElse(List.of());
    return new FlowRules(
        pod.get().key(),
        pod.get().endpoint(),
        identity,
        server,
        mirror.fold().questions(identity, server, key.protocol(), key.server().port()),
        trust.trusts(key.server().address(), labels),
        !node);
  }

  @Override
  public boolean usable(Lesson lesson) {
    if (lesson.ttlSeconds().isEmpty() || !matters(lesson.name())) {
      return true;
    }
    long now = System.nanoTime();
    for (IpAddress address : lesson.ttlSeconds().keySet()) {
      Long until = freshUntil.getOrDefault(address, Map.of()).get(lesson.name());
      if (until == null || until - now <= 0) {
        return false;
      }
    }
    return true;
  }

  private boolean matters(String name) {
    if (matters.size() > REMEMBERED) {
      matters.clear();
    }
    return matters.computeIfAbsent(name, n -> !selectors.selecting(n).isEmpty());
  }

  @Override
  public CompletableFuture<Void> learn(DnsEvent.Answered answer) {
    publisher.accept(answer);
    return applier
        .ask(target -> target.learn(answer).thenRun(() -> fresh(answer)))
        .thenCompose(future -> future);
  }

  /** On the applier's thread, after the step. */
  private void fresh(DnsEvent.Answered answer) {
    long now = System.nanoTime();
    answer
        .ttlSeconds()
        .forEach(
            (address, ttl) ->
                freshUntil
                    .computeIfAbsent(address, a -> new ConcurrentHashMap<>())
                    .put(answer.name(), now + Math.max(floorNanos, ttl * 1_000_000_000L) / 2));
  }

  @Override
  public void seen(DnsSeen message) {
    seen.accept(message);
  }

  @Override
  public void selectors(NameSelectors changed) {
    selectors = changed.copy();
    matters.clear();
    freshUntil.clear();
  }

  @Override
  public void addresses(Set<IpAddress> changed) {
    changed.forEach(freshUntil::remove);
    flows.clear();
  }
}
