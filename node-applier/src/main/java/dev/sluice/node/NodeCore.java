package dev.sluice.node;

import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.control.ControlServer;
import dev.sluice.node.flow.Attributions;
import dev.sluice.node.flow.FlowEnricher;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.MonitorHub;
import dev.sluice.node.flow.NeedBook;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.health.HealthPorts;
import dev.sluice.node.kernel.EventReader;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.kernel.Translation;
import dev.sluice.node.link.EndpointFiles;
import dev.sluice.node.link.IpWiring;
import dev.sluice.node.link.NodeNetwork;
import dev.sluice.node.link.NodeSetup;
import dev.sluice.node.link.PodLinks;
import dev.sluice.node.mirror.FoldListener;
import dev.sluice.node.mirror.Mirror;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.mirror.RowFile;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node without Kafka: dataplane, applier, links, events, socket. It keeps what the kernel has
 * until somebody hands rows to the applier. Closing it leaves the kernel as it is.
 */
final class NodeCore implements AutoCloseable {
  /** What those outside give and need. */
  interface World {
    /**
     * A step was done that was about more than names: the status may be another. Quick; on the
     * applier's thread.
     */
    void stepped();

    /** Flows that did not reach the topic. */
    long lostUser();

    /** Our bug: the process should end. */
    void broken(Throwable why);

    /** The node was to be left and could not be closed: the process should end at once. */
    default void notClosed(RuntimeException why) {}

    /** A successor takes the node over: who cannot go on without it is not broken. */
    default void leaving() {}

    /** The node is left: the process should end. */
    default void left() {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

  private final Opened open = new Opened();
  private ApplierThread applier;
  private FlowReader flows;
  private NodeDns dns;
  private NodeReport report;

  private NodeCore() {}

  /**
   * Takes a node over, or sets it up.
   *
   * @throws RuntimeException in a sentence, when this machine or its settings do not allow it
   */
  static NodeCore open(Settings settings, World world) {
    NodeCore core = new NodeCore();
    try {
      core.start(settings, world);
      return core;
    } catch (RuntimeException e) {
      core.close();
      throw e;
    }
  }

  private static List<String> features(Settings settings) {
    List<String> features = new ArrayList<>();
    if (settings.optional(Setting.NODE_CGROUP).isPresent()) {
      features.add("socket-lb");
    }
    features.add("service-reply=" + settings.text(Setting.NODE_SERVICE_REPLY));
    features.add("service-table=" + settings.integer(Setting.NODE_SERVICE_TABLE));
    return features;
  }

  private void start(Settings settings, World world) {
    String node = settings.required(Setting.NODE_NAME);
    Path socket = settings.path(Setting.NODE_SOCKET);
    Consumer<Throwable> broken = world::broken;
    dns = new NodeDns(settings);
    NodeFiles files = new NodeFiles(socket);
    NodeLock lock = closing(NodeLock.open(files.lock()));
    boolean alone = lock.tryAcquire();
    if (alone) {
      dns.takeSockets(broken); // questions wait here, and are not dropped any more
    }
    NodeSetup setup = new NodeSetup(settings, Translation.Ports.of(settings).text());
    NodeSetup.NodeLinks own = setup.prepare();
    NodeDataplane.Programs programs = closing(NodeDataplane.load(settings));
    RowFile rows = closing(new RowFile(files.rows()));
    HealthPorts health =
        closing(new HealthPorts(settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null)));
    if (!alone) {
      // Beside the predecessor: a load balancer is refused by neither.
      rows.recall(node, NamesListener.NONE).ifPresent(mirror -> health.serve(mirror.health()));
      dns.takeSockets(broken); // as late as can be: the predecessor has answered until here
      Predecessor.leave(socket);
      lock.acquire();
    }
    CompletableFuture<Optional<Mirror>> former =
        CompletableFuture.supplyAsync(() -> rows.recall(node, dns.listener()));
    // Load balancers go on asking, and what they are to be told has not changed.
    CompletableFuture<Void> healthKnown =
        former.thenAccept(found -> found.ifPresent(mirror -> health.serve(mirror.health())));
    NodeDataplane dataplane = closing(programs.takeOver());
    dataplane.attachNode(own.uplinkIfindex(), own.tunnelIfindex());
    setup.raiseTunnel();
    settings.optional(Setting.NODE_CGROUP).map(Path::of).ifPresent(dataplane::attachSockets);

    DataplaneEndpoints endpoints = new DataplaneEndpoints(dataplane);
    endpoints.name(own.uplinkIfindex(), settings.text(Setting.NODE_UPLINK));
    endpoints.name(own.tunnelIfindex(), NodeNetwork.TUNNEL);
    PeerBook peers = new PeerBook();
    NeedBook needs = new NeedBook();
    String netns = settings.text(Setting.NODE_NETNS);
    DataplaneMaps maps = new DataplaneMaps(dataplane);
    Applier target =
        new Applier(
            node,
            maps,
            dataplane.services(),
            endpoints,
            new IpWiring(netns, NodeSetup.tunnels(settings))::change,
            health::serve,
            FoldListener.all(peers, needs),
            dns.listener(),
            rows);
    PodLinks links = new PodLinks(netns, EndpointFiles.beside(socket), own.podMtu());
    links.adopt().forEach(target::attach);
    dns.recall(target);
    healthKnown.join();
    former.join().ifPresent(target::recall);
    rows.begin(List.of());
    Runnable stepped =
        () -> {
          dns.stepped(target);
          if (target.wasWhole()) {
            world.stepped();
          }
        };
    applier = closing(new ApplierThread(target, maps, stepped, broken).start());

    Attributions attributions = new Attributions(target::rules, peers, needs);
    MonitorHub monitor = new MonitorHub(dataplane::monitor, endpoints::name, attributions);
    EventReader events = closing(dataplane.events());
    flows =
        closing(
            new FlowReader(
                    events::drain,
                    new FlowEnricher(
                        node,
                        peers,
                        attributions,
                        target::place,
                        endpoints::name,
                        System.nanoTime()),
                    monitor)
                .start());
    closing(dns.open(applier, dataplane, peers, flows, own.podMtu(), broken));
    LongSupplier lost = () -> flows.unwritten() + world.lostUser();
    report =
        new NodeReport(
            node,
            Clock.systemUTC(),
            applier,
            dataplane,
            events::consumedEver,
            lost,
            features(settings),
            dns::counts,
            health::turnedAway);
    Runnable leaving =
        () ->
            Thread.ofPlatform()
                .name("leave")
                .start(
                    () -> {
                      world.leaving();
                      try {
                        close();
                        world.left();
                      } catch (RuntimeException e) {
                        world.notClosed(e); // a process that has no node and lives helps nobody
                      }
                    });
    closing(
        ControlServer.open(
            socket, new NodeDesk(applier, links, dataplane, report, monitor, leaving)));
    ProcessHandle.current()
        .info()
        .startInstant()
        .ifPresent(
            began ->
                LOG.info(
                    "has the node {} ms after the process began",
                    Duration.between(began, Instant.now()).toMillis()));
  }

  private <T extends AutoCloseable> T closing(T resource) {
    return open.add(resource);
  }

  /** The thread to hand rows to. */
  ApplierThread applier() {
    return applier;
  }

  /** Whose flows want somewhere to go. */
  FlowReader flows() {
    return flows;
  }

  /** What the node's pods ask for, and are answered. */
  NodeDns dns() {
    return dns;
  }

  NodeReport report() {
    return report;
  }

  /**
   * Once; a second time is nothing.
   *
   * @throws dev.sluice.node.apply.StillAtWorkException when the applier's thread does not end: the
   *     process has the node until it ends
   */
  @Override
  public synchronized void close() {
    open.close();
  }
}
