package dev.sluice.node;

import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.control.ControlServer;
import dev.sluice.node.flow.FlowEnricher;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.FlowWriter;
import dev.sluice.node.flow.MonitorHub;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.kernel.EventReader;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.link.EndpointFiles;
import dev.sluice.node.link.IpWiring;
import dev.sluice.node.link.NodeNetwork;
import dev.sluice.node.link.NodeSetup;
import dev.sluice.node.link.PodLinks;
import dev.sluice.node.topic.DesiredFollower;
import dev.sluice.node.topic.StatusWriter;
import dev.sluice.node.topic.TopicConnection;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The process of one node: mirrors topic desired into the kernel, makes pods' links, reports what
 * it realised, and tells what passed and what was dropped.
 *
 * <pre>
 *   desired ──► DesiredFollower ──► ApplierThread ──► kernel maps, endpoints
 *   socket  ──► ControlServer ──► NodeDesk ──► PodLinks ─┘    │
 *   ring buffer ──► FlowReader ──► FlowWriter ──► flows       └─► StatusWriter ──► node.status
 * </pre>
 */
public final class NodeApplierMain {
  private NodeApplierMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run("node-applier", arguments, NodeApplierMain::start);
  }

  /** Wires one node into a process' life. */
  static void start(Settings settings, ProcessLife life) {
    String node = settings.required(Setting.NODE_NAME);
    Path socket = settings.path(Setting.NODE_SOCKET);
    NodeSetup setup = new NodeSetup(settings);
    NodeSetup.NodeLinks own = setup.prepare();
    NodeDataplane dataplane = life.closing(NodeDataplane.open(settings));
    dataplane.attachNode(own.uplinkIfindex(), own.tunnelIfindex());
    setup.raiseTunnel();

    DataplaneEndpoints endpoints = new DataplaneEndpoints(dataplane);
    endpoints.name(own.uplinkIfindex(), settings.text(Setting.NODE_UPLINK));
    endpoints.name(own.tunnelIfindex(), NodeNetwork.TUNNEL);
    PeerBook peers = new PeerBook();
    String netns = settings.text(Setting.NODE_NETNS);
    Applier applier =
        new Applier(
            node,
            new DataplaneMaps(dataplane),
            endpoints,
            new IpWiring(netns, NodeSetup.tunnels(settings))::change,
            peers::apply);
    AtomicReference<StatusWriter> status = new AtomicReference<>();
    ApplierThread thread =
        life.closing(new ApplierThread(applier, () -> wake(status.get()), life::fail));
    PodLinks links = new PodLinks(netns, EndpointFiles.beside(socket), own.podMtu());
    links.adopt().forEach(applier::attach);
    thread.start();

    MonitorHub monitor = new MonitorHub(dataplane::monitor, endpoints::name);
    FlowEnricher enricher =
        new FlowEnricher(
            node, peers, applier::rules, applier::place, endpoints::name, System.nanoTime());
    EventReader events = life.closing(dataplane.events());
    FlowReader flows =
        life.closing(
            new FlowReader(
                (millis, sink) -> events.poll(Duration.ofMillis(millis), sink), enricher, monitor));
    flows.start();

    AtomicReference<FlowWriter> writer = new AtomicReference<>();
    LongSupplier lostUser =
        () -> flows.unwritten() + (writer.get() == null ? 0 : writer.get().lost());
    NodeReport report =
        new NodeReport(node, Clock.systemUTC(), thread, dataplane, events::consumedEver, lostUser);
    TopicSerdes serdes = life.closing(TopicSerdes.connect(settings));
    Runnable connected =
        () -> {
          writer.set(life.closing(FlowWriter.open(settings, serdes)));
          flows.writeTo(writer.get());
          Duration interval = settings.duration(Setting.NODE_STATUS_INTERVAL);
          status.set(
              life.closing(new StatusWriter(settings, serdes, interval, report::status).start()));
          life.closing(new DesiredFollower(settings, serdes, thread, life::fail).start());
        };
    life.closing(new TopicConnection(settings, serdes, connected, life::fail).start());
    life.closing(
        ControlServer.open(socket, new NodeDesk(thread, links, dataplane, report, monitor)));
  }

  private static void wake(StatusWriter status) {
    if (status != null) {
      status.wake();
    }
  }
}
