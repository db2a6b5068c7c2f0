package dev.sluice.node;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Exchange;
import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.mirror.Place;
import dev.sluice.node.proxy.dns.AnswerFile;
import dev.sluice.node.proxy.dns.DnsConversation;
import dev.sluice.node.proxy.dns.DnsCounts;
import dev.sluice.node.proxy.dns.DnsFlows;
import dev.sluice.node.proxy.dns.DnsProxy;
import dev.sluice.node.proxy.dns.NameWatch;
import dev.sluice.node.proxy.dns.NodeDnsDesk;
import dev.sluice.node.proxy.dns.ResolverTrust;
import dev.sluice.node.proxy.dns.RoomWatch;
import dev.sluice.node.proxy.socket.QuestionTap;
import dev.sluice.node.topic.FindingsWriter;
import dev.sluice.schemas.config.NameSettings;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names on one node, put together: the proxy, its desk at the applier, flows, and the word to the
 * cluster about what was learned and what is in use.
 */
final class NodeDns {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDns.class);

  /** Number of the DNS proxy in policy entries. */
  static final int PROXY = 1;

  /** How often the number of a set is asked for again that is needed. */
  private static final long WANTED_MILLIS = Duration.ofSeconds(30).toMillis();

  /** Answers that are told again at once: where brokers are away, each may take a moment. */
  private static final int TOLD_AGAIN = 1_000;

  private final Settings settings;
  private final String node;
  private final DnsCounts counts = new DnsCounts();
  private final AnswerFile file;
  private final NodeDnsDesk desk;
  private final Map<SelectorSet, Long> wantedMillis = new HashMap<>();
  private volatile long evicted;
  private final FindingsWriter findings;
  private final NameWatch watch;
  private final RoomWatch room;
  private volatile DnsFlows flows;
  private DnsProxy proxy;
  private volatile Consumer<DnsEvent> publisher;
  private volatile LongSupplier untold = () -> 0;
  private Place realised = Place.NONE;

  NodeDns(Settings settings) {
    this.settings = settings;
    this.node = settings.required(Setting.NODE_NAME);
    this.file =
        new AnswerFile(new NodeFiles(settings.path(Setting.NODE_SOCKET)).answers(), LOG::error);
    this.findings = new FindingsWriter(settings);
    this.watch = new NameWatch(Clock.systemUTC(), findings);
    this.room = new RoomWatch(Clock.systemUTC(), findings);
    this.desk =
        new NodeDnsDesk(
            NameSettings.life(settings),
            ResolverTrust.parse(settings.text(Setting.DNS_TRUSTED_RESOLVERS)),
            file::add,
            message -> {
              DnsFlows to = flows;
              if (to != null) {
                to.seen(message);
              }
            },
            watch);
  }

  NamesListener listener() {
    return desk;
  }

  /** What the proxy did since this process began, by name. */
  Map<String, Long> counts() {
    Map<String, Long> all = counts.all();
    all.put("evicted", evicted);
    all.put("untold", untold.getAsLong());
    return all;
  }

  /** Hands what a former process was answered to its successor's applier, before it starts. */
  void recall(Applier target) {
    AnswerFile.Held held = file.read();
    target.recall(held.answers(), held.alone(), NameSettings.life(settings));
  }

  /** On the applier's thread, after each step. */
  void stepped(Applier target) {
    if (!target.place().equals(realised)) {
      realised = target.place();
      desk.stepped(target);
      watch.stepped(target);
    }
    room.stepped(target);
    target
        .known()
        .map(known -> known.names().unnumbered())
        .filter(sets -> !sets.isEmpty())
        .ifPresent(sets -> askForNumbers(sets, System.currentTimeMillis()));
  }

  private void askForNumbers(Set<SelectorSet> sets, long now) {
    Consumer<DnsEvent> events = publisher;
    for (SelectorSet set : sets) {
      if (events != null && now - wantedMillis.getOrDefault(set, 0L) >= WANTED_MILLIS) {
        wantedMillis.put(set, now);
        events.accept(new DnsEvent.Wanted(now, node, set));
      }
    }
  }

  /** Where findings go from now on. */
  AutoCloseable findings(TopicSerdes serdes) {
    return findings.start(settings, serdes);
  }

  /**
   * Where facts go from now on.
   *
   * @param lost how many of them did not reach the topic; they are told again while they hold
   */
  void publishTo(Consumer<DnsEvent> events, LongSupplier lost) {
    publisher = events;
    untold = lost;
    desk.publishTo(events);
  }

  /**
   * Starts the proxy where a former process left the map of its sockets: from here on pods'
   * questions wait in this process, until {@link #open}.
   */
  void takeSockets(Consumer<Throwable> broken) {
    Path pin = NodeDataplane.pin(settings, "slc_proxies");
    if (Files.exists(pin)) {
      BpfMap sockets = BpfMap.pinned(pin);
      proxy =
          startProxy(
              (stream, v6, fd) -> NodeDataplane.proxySocket(sockets, PROXY, stream, v6, fd),
              broken);
    }
  }

  /** Answers questions; closing what it returns ends it, and they are dropped. */
  AutoCloseable open(
      ApplierThread applier,
      NodeDataplane dataplane,
      PeerBook peers,
      FlowReader reader,
      int podMtu,
      Consumer<Throwable> broken) {
    flows = new DnsFlows(node, peers, reader, Clock.systemUTC());
    desk.open(applier);
    if (proxy == null) {
      proxy = startProxy((stream, v6, fd) -> dataplane.proxySocket(PROXY, stream, v6, fd), broken);
    }
    proxy.mtu(podMtu);
    Path netns = settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null);
    QuestionTap tap = new QuestionTap(netns, watch::datagram, broken).start();
    applier.ask(
        target -> {
          target.tellEnds(watch);
          return true;
        });
    watch.open(applier, tap::watch);
    reader.tellDrops(watch::dropped);
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dns-use").factory());
    long every = settings.duration(Setting.DNS_USE_INTERVAL).toMillis();
    clock.scheduleWithFixedDelay(
        () -> tellUse(applier, dataplane), every, every, TimeUnit.MILLISECONDS);
    return () -> {
      clock.shutdownNow();
      tap.close();
      proxy.close();
    };
  }

  private DnsProxy startProxy(DnsProxy.Taken taken, Consumer<Throwable> broken) {
    boolean nxdomain = settings.text(Setting.DNS_REJECT).equals("nxdomain");
    DnsConversation conversation =
        new DnsConversation(
            node, desk, counts, Clock.systemUTC(), nxdomain ? Exchange.NXDOMAIN : Exchange.REFUSED);
    return new DnsProxy(
            conversation,
            new DnsProxy.Limits(
                settings.duration(Setting.DNS_HOLD_LIMIT),
                settings.duration(Setting.DNS_TCP_IDLE),
                settings.integer(Setting.DNS_TCP_CONNECTIONS)),
            settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null),
            taken,
            broken)
        .start();
  }

  /**
   * What no topic has confirmed yet, and then which learned addresses have connections here: an
   * answer that is told late is in use before it is over. Addresses that the topic gave up go now,
   * if there is no connection to them.
   */
  private void tellUse(ApplierThread applier, NodeDataplane dataplane) {
    try {
      Set<IpAddress> leaving = applier.ask(target -> target.withNames(NodeNames::leaving)).join();
      NameUses uses = NameUses.of(dataplane.connections());
      long now = System.currentTimeMillis();
      long until =
          now
              + 3 * settings.duration(Setting.DNS_USE_INTERVAL).toMillis()
              + settings.duration(Setting.DNS_IDLE_GRACE).toMillis();
      List<DnsEvent.Answered> again =
          applier
              .ask(
                  target -> {
                    watch.stepped(target);
                    List<DnsEvent.Answered> back =
                        target.withNames(
                            names -> names.looked(leaving, Set.copyOf(uses.addresses()), now));
                    target.passedAlone(now, uses.byEndpoint(), until);
                    List<DnsEvent.Answered> told = new ArrayList<>(back);
                    target.known().ifPresent(known -> told.addAll(toTell(known.names(), now)));
                    return told;
                  })
              .join();
      tell(again, uses, now);
      lookAgain(applier, dataplane);
      desk.tidy();
    } catch (RuntimeException e) {
      LOG.warn("which addresses are in use cannot be told: {}", e.getMessage());
    }
  }

  /** After the step that followed: what went meanwhile comes back, if somebody had connected. */
  private void lookAgain(ApplierThread applier, NodeDataplane dataplane) {
    Set<IpAddress> left = applier.ask(Applier::left).join();
    if (left.isEmpty()) {
      return;
    }
    Set<IpAddress> open = Set.copyOf(NameUses.of(dataplane.connections()).addresses());
    List<DnsEvent.Answered> back =
        applier
            .ask(
                target ->
                    target.withNames(
                        names -> names.lookedAgain(left, open, System.currentTimeMillis())))
            .join();
    Consumer<DnsEvent> events = publisher;
    if (events != null) {
      back.forEach(events);
    }
  }

  /**
   * What no topic has confirmed though there was time for it. On the applier's thread, where pods
   * wait: it is told on another.
   */
  private List<DnsEvent.Answered> toTell(NodeNames names, long now) {
    evicted = names.evictedAlone();
    AnswerFile.Held alive = new AnswerFile.Held(names.unconfirmed(), names.answeredAlone());
    if (file.isStale(alive.answers().size() + alive.alone().size())) {
      file.rewrite(alive);
    }
    askForNumbers(names.neededAlone(), now);
    wantedMillis.values().removeIf(told -> now - told > 2 * WANTED_MILLIS);
    long before = now - settings.duration(Setting.DNS_USE_INTERVAL).toMillis();
    // As of now: the node has held to them until here, whatever kept the brokers away.
    return alive.answers().stream()
        .filter(answer -> answer.timeMillis() <= before)
        .limit(TOLD_AGAIN)
        .map(answer -> answer.at(now))
        .toList();
  }

  private void tell(List<DnsEvent.Answered> again, NameUses uses, long now) {
    Consumer<DnsEvent> events = publisher;
    if (events != null) {
      again.forEach(events);
      if (!uses.addresses().isEmpty()) {
        events.accept(new DnsEvent.Used(now, node, uses.addresses()));
      }
    }
  }
}
