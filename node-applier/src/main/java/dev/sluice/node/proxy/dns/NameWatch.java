package dev.sluice.node.proxy.dns;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.dns.DnsMessage;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.dns.LookupsPastProxy;
import dev.sluice.core.dns.MalformedDnsException;
import dev.sluice.core.dns.NameEnds;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.dns.SeenUse;
import dev.sluice.core.dns.StaleUses;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.kernel.KernelEvent;
import dev.sluice.node.mirror.LocalPod;
import dev.sluice.node.mirror.Mirror;
import dev.sluice.node.proxy.socket.Peer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Watches how this node's pods use names: addresses that they use too late, and questions that pass
 * no proxy. What it makes of it is decided in {@code dev.sluice.core.dns}, on the applier's thread;
 * what others tell it costs them a look into a set.
 */
public final class NameWatch implements NameEnds {
  private static final long QUIET_MILLIS = Duration.ofHours(1).toMillis();
  private static final int POLICY_DENIED = 133;
  private static final int PORT = 53;

  private final Clock clock;
  private final Consumer<List<Change<NameFinding>>> out;
  private final StaleUses uses = new StaleUses(QUIET_MILLIS);
  private final LookupsPastProxy lookups = new LookupsPastProxy(QUIET_MILLIS);
  private final Set<IpAddress> ended = ConcurrentHashMap.newKeySet();
  private volatile NameSelectors selectors = new NameSelectors();
  private volatile boolean lookupsFound;
  private volatile ApplierThread applier;
  private volatile Consumer<Set<Integer>> tap = links -> {};
  private Set<Integer> tapped = Set.of();

  /**
   * @param out where findings go; quick, on the applier's thread
   */
  public NameWatch(Clock clock, Consumer<List<Change<NameFinding>>> out) {
    this.clock = clock;
    this.out = out;
  }

  /**
   * Begins.
   *
   * @param links told which links to listen to
   */
  public void open(ApplierThread thread, Consumer<Set<Integer>> links) {
    applier = thread;
    tap = links;
    thread.ask(
        target -> {
          stepped(target);
          return true;
        });
  }

  /** The selectors of policies are others now; a copy. */
  void selectors(NameSelectors changed) {
    selectors = changed;
  }

  @Override
  public void ended(IpAddress address, NameUse use) {
    uses.ended(address, use);
    ended.add(address);
  }

  @Override
  public void alive(IpAddress address, String name) {
    uses.alive(address, name);
    if (!uses.isEnded(address)) {
      ended.remove(address);
    }
  }

  /** A step was done: policies may be others. On the applier's thread. */
  public void stepped(Applier target) {
    uses.passed(clock.millis());
    lookups.passed(clock.millis());
    target.known().ifPresent(mirror -> recheck(mirror, target.links()));
    tell();
  }

  private void recheck(Mirror mirror, Map<Integer, Integer> identities) {
    if (!uses.isQuiet()) {
      uses.recheck(about -> selecting(mirror, about));
    }
    if (!lookups.isQuiet()) {
      lookups.recheck(about -> past(mirror, about));
    }
    Set<Integer> links = links(mirror, identities);
    if (!links.equals(tapped)) {
      tapped = links;
      tap.accept(links);
    }
  }

  /** A packet was dropped. Any thread. */
  public void dropped(KernelEvent event) {
    if (event.direction() == Direction.EGRESS
        && event.reason() == POLICY_DENIED
        && ended.contains(event.destination())) {
      applier.ask(
          target -> {
            target
                .known()
                .ifPresent(mirror -> dropped(mirror, event.source(), event.destination()));
            return true;
          });
    }
  }

  private void dropped(Mirror mirror, IpAddress source, IpAddress address) {
    Optional<LocalPod> pod = mirror.addresses().podAt(source);
    if (pod.isPresent()) {
      String key = pod.get().key();
      uses.dropped(
          clock.millis(), key, address, name -> selecting(mirror, new SeenUse(key, name, address)));
      tell();
    }
  }

  /** A datagram for port 53 left a pod, past the proxy or not. Any thread. */
  public void datagram(Peer from, Peer to, byte[] payload) {
    String name;
    try {
      name = DnsMessage.query(payload, payload.length).question().name();
    } catch (MalformedDnsException e) {
      return; // no question
    }
    if (selectors.selecting(name).isEmpty()) {
      return;
    }
    applier.ask(
        target -> {
          target.known().ifPresent(mirror -> asked(mirror, from.address(), name, to.address()));
          return true;
        });
  }

  private void asked(Mirror mirror, IpAddress source, String name, IpAddress server) {
    Optional<LocalPod> pod = mirror.addresses().podAt(source);
    if (pod.isPresent()) {
      SeenUse question = new SeenUse(pod.get().key(), name, server);
      lookups.asked(clock.millis(), question, past(mirror, question));
      tell();
    }
  }

  /** A message passed the proxy. Any thread. */
  void seen(DnsSeen message) {
    if (lookupsFound && message.outcome() == DnsSeen.Outcome.ASKED) {
      applier.ask(
          target -> {
            lookups.proxied(message.rules().pod(), message.question().name());
            tell();
            return true;
          });
    }
  }

  private void tell() {
    lookupsFound = !lookups.isQuiet();
    List<Change<NameFinding>> changes = new ArrayList<>(uses.drain());
    changes.addAll(lookups.drain());
    if (!changes.isEmpty()) {
      out.accept(changes);
    }
  }

  /** The policies that let this pod reach what has this name. */
  private static Set<ObjectKey> selecting(Mirror mirror, SeenUse about) {
    Set<String> ids = Set.copyOf(mirror.names().selectors().selecting(about.name()));
    return egress(mirror, about.pod()).map(egress -> opening(egress, ids)).orElse(Set.of());
  }

  /** The policies whose rules let pass what these selectors select. */
  static Set<ObjectKey> opening(DirectionPolicy egress, Set<String> selectors) {
    Set<ObjectKey> policies = new TreeSet<>();
    egress.rules().stream()
        .filter(rule -> selectors.contains(rule.selector()) && opens(rule))
        .flatMap(rule -> rule.origins().stream())
        .forEach(origin -> policies.add(ObjectKey.parse(origin.split("#", 2)[0])));
    return policies;
  }

  private static boolean opens(CompiledRule rule) {
    return !rule.audited()
        && (rule.verdict() == RuleVerdict.ALLOW || rule.verdict() == RuleVerdict.REDIRECT);
  }

  private static Optional<DirectionPolicy> egress(Mirror mirror, String pod) {
    return mirror
        .addresses()
        .pod(pod)
        .flatMap(found -> mirror.subject(found.identity()))
        .map(subject -> subject.egress());
  }

  /** As {@link #selecting}, where the pod's questions to this server reach it without a proxy. */
  private static Set<ObjectKey> past(Mirror mirror, SeenUse about) {
    int server = mirror.names().identityOf(about.address());
    boolean past =
        egress(mirror, about.pod())
            .map(policy -> mirror.fold().isPastProxy(policy, server, DnsDesk.UDP, PORT))
            .orElse(false);
    return past ? selecting(mirror, about) : Set.of();
  }

  /** Links of pods under a policy of names that may ask somebody without a proxy. */
  private static Set<Integer> links(Mirror mirror, Map<Integer, Integer> identities) {
    Map<Integer, Boolean> wanted = new HashMap<>();
    Set<Integer> links = new HashSet<>();
    identities.forEach(
        (link, identity) -> {
          if (wanted.computeIfAbsent(identity, subject -> isWorth(mirror, subject))) {
            links.add(link);
          }
        });
    return links;
  }

  private static boolean isWorth(Mirror mirror, int identity) {
    NameSelectors selectors = mirror.names().selectors();
    return mirror
        .subject(identity)
        .map(subject -> subject.egress().rules())
        .filter(rules -> rules.stream().anyMatch(rule -> selectors.get(rule.selector()) != null))
        .filter(rules -> rules.stream().anyMatch(NameWatch::letsAsk))
        .isPresent();
  }

  private static boolean letsAsk(CompiledRule rule) {
    return opens(rule)
        && !QuestionRules.concerns(rule)
        && (rule.protocol() == 0 || rule.protocol() == DnsDesk.UDP)
        && rule.portFirst() <= PORT
        && PORT <= rule.portLast();
  }
}
