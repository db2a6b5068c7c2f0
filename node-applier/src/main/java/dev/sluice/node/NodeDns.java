package dev.sluice.node;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Exchange;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.mirror.Place;
import dev.sluice.node.proxy.dns.DnsConversation;
import dev.sluice.node.proxy.dns.DnsCounts;
import dev.sluice.node.proxy.dns.DnsFlows;
import dev.sluice.node.proxy.dns.DnsProxy;
import dev.sluice.node.proxy.dns.NodeDnsDesk;
import dev.sluice.node.proxy.dns.ResolverTrust;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

  private final Settings settings;
  private final String node;
  private final DnsCounts counts = new DnsCounts();
  private final NodeDnsDesk desk;
  private volatile DnsFlows flows;
  private volatile Consumer<DnsEvent> publisher;
  private Place realised = Place.NONE;

  NodeDns(Settings settings) {
    this.settings = settings;
    this.node = settings.required(Setting.NODE_NAME);
    this.desk =
        new NodeDnsDesk(
            settings.duration(Setting.DNS_TTL_FLOOR),
            ResolverTrust.parse(settings.text(Setting.DNS_TRUSTED_RESOLVERS)),
            message -> {
              DnsFlows to = flows;
              if (to != null) {
                to.seen(message);
              }
            });
  }

  NamesListener listener() {
    return desk;
  }

  DnsCounts counts() {
    return counts;
  }

  /** On the applier's thread, after each step. */
  void stepped(Place place) {
    if (!place.equals(realised)) {
      realised = place;
      desk.stepped();
    }
  }

  /** Where facts go from now on. */
  void publishTo(Consumer<DnsEvent> events) {
    publisher = events;
    desk.publishTo(events);
  }

  /** Starts the proxy; closing what it returns ends it, and questions are dropped. */
  AutoCloseable open(
      ApplierThread applier,
      NodeDataplane dataplane,
      PeerBook peers,
      FlowReader reader,
      int podMtu,
      Consumer<Throwable> broken) {
    desk.open(applier);
    flows = new DnsFlows(node, peers, reader, Clock.systemUTC());
    boolean nxdomain = settings.text(Setting.DNS_REJECT).equals("nxdomain");
    DnsConversation conversation =
        new DnsConversation(
            node, desk, counts, Clock.systemUTC(), nxdomain ? Exchange.NXDOMAIN : Exchange.REFUSED);
    DnsProxy proxy =
        new DnsProxy(
                conversation,
                new DnsProxy.Limits(
                    settings.duration(Setting.DNS_HOLD_LIMIT),
                    settings.duration(Setting.DNS_TCP_IDLE),
                    settings.integer(Setting.DNS_TCP_CONNECTIONS)),
                settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null),
                podMtu,
                (stream, v6, fd) -> dataplane.proxySocket(PROXY, stream, v6, fd),
                broken)
            .start();
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dns-use").factory());
    long every = settings.duration(Setting.DNS_USE_INTERVAL).toMillis();
    clock.scheduleWithFixedDelay(
        () -> tellUse(applier, dataplane), every, every, TimeUnit.MILLISECONDS);
    return () -> {
      clock.shutdownNow();
      proxy.close();
    };
  }

  /** Which learned addresses have connections here, and what no topic has confirmed yet. */
  private void tellUse(ApplierThread applier, NodeDataplane dataplane) {
    Consumer<DnsEvent> events = publisher;
    if (events == null) {
      return;
    }
    try {
      List<IpAddress> open =
          dataplane.connections().stream()
              .filter(connection -> connection.expiresSeconds() > 0)
              .filter(connection -> IdentityScope.NAMES.has(connection.destinationIdentity()))
              .map(connection -> connection.destination())
              .distinct()
              .sorted()
              .toList();
      if (!open.isEmpty()) {
        events.accept(new DnsEvent.Used(System.currentTimeMillis(), node, open));
      }
      applier
          .ask(target -> target.mirror().names().unconfirmed())
          .thenAccept(all -> all.forEach(events));
    } catch (RuntimeException e) {
      LOG.warn("which addresses are in use cannot be told: {}", e.getMessage());
    }
  }
}
