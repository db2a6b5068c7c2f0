package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.BpfFs;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.Netns;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The dataplane of one node: its maps, its programs, its endpoints. What is written stays enforced
 * when the process goes; the next {@link #open} finds it again.
 *
 * <p>Not responsible for what the entries mean or in which order they must be written. Methods that
 * change anything lock the object and may be called from any thread; reads of the kernel do not.
 * Failures are {@link BpfException}.
 */
public final class NodeDataplane implements AutoCloseable {
  private static final Path OWN_NETNS = Path.of("/proc/self/ns/net");

  private final Settings settings;
  private final Path root;
  private final BpfObject object;
  private final Map<String, BpfMap> maps;
  private final Hooks hooks;
  private final EndpointTable endpoints;
  private final DataplaneState state;
  private final Shares shares;
  private final Epoch addresses;
  private final Epoch outside;
  private final EntryMaps entries;
  private final SocketHooks sockets;
  private final LbMaps services;
  private final Translation translation;
  private final UdpSockets udp;

  private NodeDataplane(Settings settings, BpfObject object) {
    this.settings = settings;
    this.root = settings.path(Setting.NODE_BPF_PATH);
    this.object = object;
    this.maps = object.maps();
    this.hooks = new Hooks(object, root.resolve("links"));
    this.outside = new Epoch(maps.get("slc_lb_epoch"));
    this.endpoints = endpointTable();
    this.state = new DataplaneState(maps.get("slc_state"));
    this.shares = new Shares(maps.get("slc_shares"), maps.get("slc_quota"));
    this.addresses = new Epoch(maps.get("slc_addr_epoch"));
    this.entries = new EntryMaps(maps, addresses, this::ownChanged);
    this.sockets = new SocketHooks(object, root.resolve("links"), maps.get("slc_netns"));
    Path netns = settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null);
    this.udp = new UdpSockets(object, maps.get("slc_lb_gone"), netns);
    this.translation = new Translation(maps, outside, object.programFd("slc_settle_ports"));
    ServiceAddresses dialled = new ServiceAddresses(maps.get("slc_local"), this::podAddresses);
    this.services =
        new LbMaps(maps, dialled, udp, translation, outside, Translation.direct(settings));
  }

  private synchronized Set<IpAddress> podAddresses() {
    Set<IpAddress> addresses = new HashSet<>();
    endpoints.all().forEach(endpoint -> addresses.addAll(endpoint.spec().addresses()));
    return addresses;
  }

  /**
   * Programs that are loaded and enforce nothing yet: whoever has the node keeps it. Closed without
   * effect once they have the node.
   */
  public static final class Programs implements AutoCloseable {
    private final Settings settings;
    private BpfObject object;

    private Programs(Settings settings, BpfObject object) {
      this.settings = settings;
      this.object = object;
    }

    /**
     * Gives pinned links these programs. Endpoints that a dead process left dirty are bumped, those
     * whose interface is gone are forgotten. Once.
     */
    public NodeDataplane takeOver() {
      NodeDataplane dataplane = new NodeDataplane(settings, object);
      object = null;
      try {
        dataplane.takeOver();
        return dataplane;
      } catch (RuntimeException e) {
        dataplane.close();
        throw e;
      }
    }

    @Override
    public void close() {
      if (object != null) {
        object.close();
      }
    }
  }

  /**
   * Loads the programs over the maps under {@code node.bpf.path}, making what is not there.
   *
   * @throws BpfException when the machine cannot run it, in a sentence that says why
   */
  public static Programs load(Settings settings) {
    return load(settings, ConnectionLifetimes.DEFAULT);
  }

  private static Programs load(Settings settings, ConnectionLifetimes lifetimes) {
    Path pins = settings.path(Setting.NODE_BPF_PATH).resolve("maps");
    return new Programs(settings, DataplaneObject.load(settings, pins, lifetimes));
  }

  /** Loads and takes over at once. */
  public static NodeDataplane open(Settings settings) {
    return open(settings, ConnectionLifetimes.DEFAULT);
  }

  /** As {@link #open(Settings)}, with other lifetimes of idle connections. */
  public static NodeDataplane open(Settings settings, ConnectionLifetimes lifetimes) {
    return load(settings, lifetimes).takeOver();
  }

  /** Where a map is pinned, if a dataplane was opened before. */
  public static Path pin(Settings settings, String map) {
    return settings.path(Setting.NODE_BPF_PATH).resolve("maps").resolve(map);
  }

  private void takeOver() {
    Set<Integer> alive = hooks.upgrade();
    for (EndpointState endpoint : endpoints.all()) {
      if (!alive.contains(endpoint.hostInterface())) {
        forget(endpoint);
      }
    }
    endpoints.changeIf(EndpointState::dirty, found -> found.bumped().withDirty(false));
    monitor(false); // whoever listened to a process that died is gone with it
    Sweep.start(object.programFd("slc_start_sweep"));
  }

  /** What endpoints hold of the connection table. */
  Shares shares() {
    return shares;
  }

  /** A view of the endpoints as the kernel has them now. */
  EndpointTable endpointTable() {
    return new EndpointTable(
        new InterfaceTable(maps.get("slc_ep_slots"), maps.get("slc_ep")),
        maps.get("slc_local"),
        outside);
  }

  /**
   * Guards the node's own interfaces, in the node's network namespace.
   *
   * @param uplink interface number towards the other nodes
   * @param overlay interface number of the VXLAN device; 0 with native routing
   */
  public synchronized void attachNode(int uplink, int overlay) {
    state.routes(overlay, settings.integer(Setting.NODE_VXLAN_PORT));
    translation.begin(
        uplink,
        Translation.direct(settings),
        Translation.Ports.of(settings),
        Translation.exceptions(settings));
    inNode(
        () -> {
          hooks.attach(Hooks.Program.FROM_UPLINK, uplink);
          hooks.attach(Hooks.Program.TO_UPLINK, uplink);
          hooks.attachSocketLookup(
              settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(OWN_NETNS));
          if (overlay != 0) {
            hooks.attach(Hooks.Program.FROM_OVERLAY, overlay);
            hooks.attach(Hooks.Program.TO_TUNNEL, overlay);
          }
        });
  }

  /**
   * Says which socket takes the flows of a proxy. When it is closed, by whomever, they are dropped.
   *
   * @param proxy number of the proxy, as policy entries have it
   * @param stream whether it is the listener for TCP, else the socket for UDP
   * @param v6 the family
   * @param socket file descriptor
   */
  public void proxySocket(int proxy, boolean stream, boolean v6, int socket) {
    proxySocket(map("slc_proxies"), proxy, stream, v6, socket);
  }

  /**
   * As {@link #proxySocket(int, boolean, boolean, int)}, without the rest of the dataplane.
   *
   * @param sockets the pinned map {@code slc_proxies}
   */
  public static void proxySocket(
      BpfMap sockets, int proxy, boolean stream, boolean v6, int socket) {
    sockets.update(
        buffer(4).putInt(proxy << 2 | (stream ? 2 : 0) | (v6 ? 1 : 0)).array(),
        buffer(8).putLong(socket).array());
  }

  /**
   * Attaches a pod's programs to the node's end of its link, closed: every packet is dropped until
   * {@link #setEndpoint}. Call it before the link is up. An endpoint that is there already keeps
   * its state.
   *
   * @param hostInterface interface number in the node's network namespace
   */
  public synchronized void attachEndpoint(int hostInterface, EndpointSpec spec) {
    EndpointState found = endpoints.find(spec.id()).orElse(null);
    if (found == null || found.hostInterface() != hostInterface) {
      // The pod may have had a link before, and connections remember epochs of that one.
      int epoch = ThreadLocalRandom.current().nextInt();
      endpoints.put(
          new EndpointState(hostInterface, spec, false, false, epoch, entries.hasOwn(spec.id())));
    } else if (!found.withIdentity(0).spec().equals(closed(spec))) {
      endpoints.put(
          new EndpointState(
              hostInterface,
              spec,
              found.ready(),
              found.dirty(),
              found.epoch() + 1,
              entries.hasOwn(spec.id())));
    }
    inNode(
        () -> {
          hooks.attach(Hooks.Program.FROM_POD, hostInterface);
          hooks.attach(Hooks.Program.TO_POD, hostInterface);
        });
  }

  /**
   * Balances what sockets of a cgroup dial: the node's pods and its own processes.
   *
   * @throws BpfException naming who forbids it
   */
  public synchronized void attachSockets(Path cgroup) {
    sockets.attach(cgroup);
  }

  /**
   * Says which network namespace a pod's sockets are in, so that what they dial is known to be the
   * endpoint's.
   */
  public synchronized void ownNetns(int hostInterface, Path netns) {
    sockets.own(Netns.cookie(netns), hostInterface);
    udp.own(hostInterface, netns);
  }

  /** The load-balancing maps. */
  public LbMaps services() {
    return services;
  }

  /** What is translated at the uplink. */
  public Translation translation() {
    return translation;
  }

  private static EndpointSpec closed(EndpointSpec spec) {
    return new EndpointSpec(spec.id(), 0, spec.addresses(), spec.podMac(), spec.hostMac());
  }

  private void inNode(Runnable work) {
    Path netns = settings.optional(Setting.NODE_NETNS).map(Path::of).orElse(null);
    Netns.in(
        netns,
        () -> {
          work.run();
          return null;
        });
  }

  /**
   * Sets an endpoint's identity and whether its packets are judged at all; cached verdicts of its
   * connections die. Nothing is written when nothing changes.
   *
   * @throws IllegalArgumentException when no such endpoint is attached
   */
  public synchronized void setEndpoint(int id, int identity, boolean ready) {
    EndpointState found =
        endpoints
            .find(id)
            .orElseThrow(() -> new IllegalArgumentException("no endpoint " + id + " attached"));
    if (found.identity() != identity || found.ready() != ready) {
      endpoints.change(found.withIdentity(identity).withReady(ready).bumped());
    }
  }

  /**
   * Gives an endpoint its number, which was not known when it was attached; everything else stays.
   *
   * @throws IllegalArgumentException when no such endpoint is attached
   */
  public synchronized void identify(int before, int id) {
    EndpointState found =
        endpoints
            .find(before)
            .orElseThrow(() -> new IllegalArgumentException("no endpoint " + before + " attached"));
    EndpointSpec spec = found.spec();
    shares.forget(before);
    endpoints.rename(
        found,
        new EndpointState(
            found.hostInterface(),
            new EndpointSpec(id, spec.identity(), spec.addresses(), spec.podMac(), spec.hostMac()),
            found.ready(),
            found.dirty(),
            found.epoch() + 1,
            entries.hasOwn(id)));
  }

  /** Takes an endpoint's programs away and forgets it; an unknown one is fine. */
  public synchronized void detach(int id) {
    endpoints
        .find(id)
        .ifPresent(
            found -> {
              forget(found);
              hooks.detach(found.hostInterface());
            });
  }

  /** Its share of the connection table is counted under a number that never comes again. */
  private void forget(EndpointState endpoint) {
    endpoints.remove(endpoint);
    shares.forget(endpoint.id());
    sockets.disown(endpoint.hostInterface());
    udp.disown(endpoint.hostInterface());
  }

  /** The endpoints as the kernel has them, by id. */
  public synchronized List<EndpointState> endpoints() {
    return endpoints.all();
  }

  /**
   * Says that policy entries of these subjects are about to be written: should this process die
   * before {@link #bump}, the next one bumps.
   */
  public synchronized void markDirty(Collection<Integer> identities) {
    endpoints.changeAll(identities, found -> found.withDirty(true));
  }

  /**
   * Makes verdicts that connections of these subjects remember worthless, after their policy
   * entries were written; the endpoints are clean again.
   */
  public synchronized void bump(Collection<Integer> identities) {
    endpoints.changeAll(identities, found -> found.bumped().withDirty(false));
  }

  /**
   * Writes one entry, new or changed.
   *
   * @throws BpfException with errno {@link dev.sluice.node.bpf.Errno#TOO_BIG} or {@link
   *     dev.sluice.node.bpf.Errno#NOSPC} when the map is full
   */
  public synchronized void put(KernelEntry entry) {
    entries.put(List.of(entry));
  }

  /** Writes many entries of any kind, a batch a map, in the order given within a map. */
  public synchronized void putAll(Collection<? extends KernelEntry> all) {
    entries.put(all);
  }

  /** Removes entries in order; nothing there is fine. */
  public synchronized void removeAll(Collection<? extends KernelEntry.Key> gone) {
    entries.remove(gone);
  }

  /** Removes an entry; nothing there is fine. */
  public void remove(KernelEntry.Key key) {
    removeAll(List.of(key));
  }

  /** The entry under exactly this key, read back. */
  public Optional<KernelEntry> find(KernelEntry.Key key) {
    return entries.find(key);
  }

  /** Every entry that the kernel has, read back; in no order. */
  public List<KernelEntry> entries() {
    return entries.all();
  }

  /** Connections of an endpoint with addresses that are now others to it ask again. */
  private void ownChanged(int endpoint, boolean some) {
    endpoints.find(endpoint).ifPresent(found -> endpoints.change(found.withOwn(some).bumped()));
  }

  /** The connection table, read in batches; in no order. */
  public List<Connection> connections() {
    List<Connection> connections = new ArrayList<>();
    long now = System.nanoTime();
    map("slc_ct").forEach((key, value) -> connections.add(ConnectionCodec.decode(key, value, now)));
    return connections;
  }

  /** Sums over all CPUs. */
  public DataplaneCounters counters() {
    return DataplaneCounters.read(map("slc_stats"), map("slc_metrics"));
  }

  /** A reader of events; there should be one at a time. It must be closed before this object. */
  public EventReader events() {
    return new EventReader(map("slc_events"));
  }

  /** Switches events for every packet on or off. */
  public synchronized void monitor(boolean on) {
    state.monitor(on);
  }

  /** How many entries each map may hold, by map name. */
  public Map<String, Integer> mapSizes() {
    Map<String, Integer> sizes = new java.util.TreeMap<>();
    maps.forEach((name, map) -> sizes.put(name, map.maxEntries()));
    return sizes;
  }

  /** File descriptor of a program, for test runs. */
  public int programFd(String name) {
    return object.programFd(name);
  }

  BpfMap map(String name) {
    return maps.get(name);
  }

  /** Lets go of what this process holds; pinned maps, links and programs go on. */
  @Override
  public synchronized void close() {
    addresses.close();
    outside.close();
    udp.close();
    object.close();
  }

  /** Closes, and removes every pin of the node: nothing is enforced any more. */
  public synchronized void destroy() {
    close();
    destroy(settings);
  }

  /** Removes every pin under {@code node.bpf.path}, whether or not something is open. */
  public static void destroy(Settings settings) {
    BpfFs.remove(settings.path(Setting.NODE_BPF_PATH));
  }
}
