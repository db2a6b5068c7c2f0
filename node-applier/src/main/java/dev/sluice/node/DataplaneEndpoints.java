package dev.sluice.node;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.endpoint.KernelEndpoints;
import dev.sluice.node.kernel.EndpointSpec;
import dev.sluice.node.kernel.EndpointState;
import dev.sluice.node.kernel.MacAddress;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.link.PodLink;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Endpoints in the kernel. One that the log does not know yet has a number below zero, which no
 * endpoint of the cluster has.
 */
final class DataplaneEndpoints implements KernelEndpoints {
  private static final Logger LOG = LoggerFactory.getLogger(DataplaneEndpoints.class);
  private final NodeDataplane dataplane;

  /** Names of links by index, for those who explain events on other threads. */
  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  DataplaneEndpoints(NodeDataplane dataplane) {
    this.dataplane = dataplane;
  }

  /** Names a link that is no pod's. */
  void name(int ifindex, String name) {
    names.put(ifindex, name);
  }

  /** The name of a link; empty when it is not known. */
  String name(int ifindex) {
    return names.getOrDefault(ifindex, "");
  }

  @Override
  public Held attach(PodLink link, int ifindex) {
    names.put(ifindex, link.hostInterface());
    Optional<EndpointState> found = find(ifindex).filter(state -> isOf(state, link));
    int id = found.map(EndpointState::id).orElse(-ifindex);
    int identity = found.map(EndpointState::identity).orElse(0);
    dataplane.attachEndpoint(
        ifindex,
        new EndpointSpec(
            id,
            identity,
            link.ips(),
            MacAddress.parse(link.podMac()),
            MacAddress.parse(link.hostMac())));
    ownNetns(link, ifindex);
    return found
        .filter(state -> state.ready() && state.id() > 0)
        .map(state -> new Held(state.id(), state.identity()))
        .orElse(Held.CLOSED);
  }

  /** A pod that is being taken down has no way to its namespace any more: its link is still one. */
  private void ownNetns(PodLink link, int ifindex) {
    try {
      dataplane.ownNetns(ifindex, Path.of(link.netns()));
    } catch (BpfException e) {
      LOG.warn("whose the sockets of {} are is not known: {}", link.key(), e.getMessage());
    }
  }

  private static boolean isOf(EndpointState state, PodLink link) {
    return state.spec().podMac().equals(MacAddress.parse(link.podMac()))
        && Set.copyOf(state.spec().addresses()).equals(Set.copyOf(link.ips()));
  }

  @Override
  public void open(PodLink link, int ifindex, long endpoint, int identity) {
    EndpointState state = required(ifindex);
    int id = Math.toIntExact(endpoint);
    if (state.id() != id) {
      dataplane.identify(state.id(), id);
    }
    dataplane.setEndpoint(id, identity, true);
  }

  @Override
  public void close(PodLink link, int ifindex) {
    dataplane.setEndpoint(required(ifindex).id(), 0, false);
  }

  @Override
  public void detach(PodLink link, int ifindex) {
    names.remove(ifindex);
    find(ifindex).ifPresent(state -> dataplane.detach(state.id()));
  }

  @Override
  public void beginChange(Set<Integer> identities) {
    dataplane.markDirty(identities);
  }

  @Override
  public void endChange(Set<Integer> identities) {
    dataplane.bump(identities);
  }

  private Optional<EndpointState> find(int ifindex) {
    return dataplane.endpoints().stream()
        .filter(state -> state.hostInterface() == ifindex)
        .findFirst();
  }

  private EndpointState required(int ifindex) {
    return find(ifindex)
        .orElseThrow(() -> new IllegalStateException("no endpoint on interface " + ifindex));
  }
}
