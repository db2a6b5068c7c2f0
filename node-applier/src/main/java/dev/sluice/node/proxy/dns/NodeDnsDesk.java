package dev.sluice.node.proxy.dns;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Lesson;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.mirror.LocalPod;
import dev.sluice.node.mirror.Mirror;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.proxy.socket.Peer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The proxy's desk at the applier: asks it once for each flow and each new fact, and remembers what
 * it said until a step makes that doubtful.
 */
public final class NodeDnsDesk implements DnsDesk, NamesListener {
  /** More flows than this, and all are asked for again. */
  private static final int REMEMBERED = 65_536;

  /** Names of which is known whether they matter; a look costs a match for each pattern. */
  private static final int MATTERING = 8_192;

  /** Flows that may wait until something is known. */
  private static final int WAITING = 4_096;

  private record FlowKey(IpAddress client, Peer server, int protocol) {}

  private final AddressLife life;
  private final ResolverTrust trust;
  private final BiConsumer<Integer, DnsEvent.Answered> remember;
  private final Consumer<DnsSeen> seen;
  private final NameWatch watch;
  private final Map<FlowKey, FlowRules> flows = new ConcurrentHashMap<>();

  /** The servers of these flows: who they are may change as any address's identity may. */
  private final Set<IpAddress> servers = ConcurrentHashMap.newKeySet();

  private final Map<String, Boolean> matters = new ConcurrentHashMap<>();

  private final ToldAnswers told;

  private volatile NameSelectors selectors = new NameSelectors();
  private volatile Consumer<DnsEvent> publisher = event -> {};
  private final CompletableFuture<ApplierThread> applier = new CompletableFuture<>();

  /** Flows that are asked about before anything is known; on the applier's thread. */
  private final Map<FlowKey, CompletableFuture<FlowRules>> waiting = new LinkedHashMap<>();

  /**
   * @param life how long an answer holds, and is believed in without being told again
   * @param remember told every new answer before it is used, on the applier's thread: for which
   *     endpoint alone it counts, or 0
   * @param seen told of every message; quick
   * @param watch told of every message too
   */
  public NodeDnsDesk(
      AddressLife life,
      ResolverTrust trust,
      BiConsumer<Integer, DnsEvent.Answered> remember,
      Consumer<DnsSeen> seen,
      NameWatch watch) {
    this.remember = remember;
    this.life = life;
    this.told = new ToldAnswers(life);
    this.trust = trust;
    this.seen = seen;
    this.watch = watch;
  }

  /** Whom to ask. Before, nothing is known and every question waits. */
  public void open(ApplierThread thread) {
    applier.complete(thread);
  }

  /** Where facts go from now on. */
  public void publishTo(Consumer<DnsEvent> events) {
    publisher = events;
  }

  /** Forgets facts that are to be told again anyway. */
  public void tidy() {
    told.tidy(System.nanoTime());
  }

  /** A step was done: rules may be others, and there may be some at last. On its thread. */
  public void stepped(Applier target) {
    forgetFlows();
    if (target.known().isPresent()) {
      waiting.forEach((key, rules) -> rules.complete(find(target.known().get(), key)));
      waiting.clear();
    }
  }

  @Override
  public CompletableFuture<FlowRules> rules(Peer client, Peer server, int protocol) {
    FlowKey key = new FlowKey(client.address(), server, protocol);
    FlowRules known = flows.get(key);
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    return applier
        .thenCompose(thread -> thread.ask(target -> ask(target, key)))
        .thenCompose(rules -> rules);
  }

  private CompletableFuture<FlowRules> ask(Applier target, FlowKey key) {
    if (target.known().isEmpty()) {
      return waiting.size() < WAITING
          ? waiting.computeIfAbsent(key, flow -> new CompletableFuture<>())
          : CompletableFuture.completedFuture(FlowRules.NOBODY);
    }
    FlowRules found = find(target.known().get(), key);
    if (flows.size() > REMEMBERED) {
      forgetFlows();
    }
    servers.add(key.server().address());
    flows.put(key, found); // on the applier's thread: no step can come between
    return CompletableFuture.completedFuture(found);
  }

  /** On the applier's thread, as all that writes them. */
  private void forgetFlows() {
    flows.clear();
    servers.clear();
  }

  private FlowRules find(Mirror mirror, FlowKey key) {
    Optional<LocalPod> pod = mirror.addresses().podAt(key.client());
    if (pod.isEmpty()) {
      return FlowRules.NOBODY;
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
  public boolean usable(FlowRules asker, Lesson lesson) {
    if (lesson.ttlSeconds().isEmpty() || !matters(lesson.name())) {
      return true;
    }
    return told.cover(lesson.name(), endpointAlone(asker), lesson.ttlSeconds(), System.nanoTime());
  }

  /** For which endpoint alone an answer counts. */
  private static int endpointAlone(FlowRules asker) {
    return asker.trusted() ? ToldAnswers.EVERYBODY : (int) asker.endpoint();
  }

  private boolean matters(String name) {
    if (matters.size() > MATTERING) {
      matters.clear();
    }
    return matters.computeIfAbsent(name, n -> !selectors.selecting(n).isEmpty());
  }

  @Override
  public CompletableFuture<Void> learn(FlowRules asker, DnsEvent.Answered answer) {
    CompletableFuture<Void> usable =
        applier
            .join() // whoever has rules has asked it before
            .ask(target -> learn(target, asker, answer))
            .thenCompose(future -> future);
    if (asker.trusted()) {
      publisher.accept(answer); // while the applier writes it: the pod waits for that alone
    }
    return usable;
  }

  private CompletableFuture<Void> learn(Applier target, FlowRules asker, DnsEvent.Answered answer) {
    // Remembered first: what the kernel holds after this process has a reason then.
    int alone = endpointAlone(asker);
    remember.accept(alone, answer);
    CompletableFuture<Void> usable =
        alone == ToldAnswers.EVERYBODY
            ? target.learn(answer)
            : target.learnAlone(new OwnNames.Own(alone, answer), life);
    // On the applier's thread, after the step.
    return usable.thenRun(
        () -> told.told(answer.name(), alone, answer.ttlSeconds(), System.nanoTime()));
  }

  @Override
  public void seen(DnsSeen message) {
    seen.accept(message);
    watch.seen(message);
  }

  @Override
  public void selectors(NameSelectors changed) {
    selectors = changed.copy();
    watch.selectors(selectors);
    matters.clear();
    told.forgetAll();
  }

  @Override
  public void addresses(Set<IpAddress> changed) {
    told.forget(changed);
    if (!Collections.disjoint(servers, changed)) {
      forgetFlows();
    }
  }
}
