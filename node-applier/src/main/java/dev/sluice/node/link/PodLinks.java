package dev.sluice.node.link;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;

/**
 * Makes and removes the links of pods in the kernel. Slow (a few processes a call): for the threads
 * of clients, one at a time.
 */
public final class PodLinks {
  private final IpBatch node;
  private final EndpointFiles files;
  private final int mtu;

  /**
   * @param netns path of the node's namespace; empty: the one this process runs in
   * @param mtu of the links, in bytes
   */
  public PodLinks(String netns, EndpointFiles files, int mtu) {
    this.node = new IpBatch(netns);
    this.files = files;
    this.mtu = mtu;
  }

  /**
   * Makes a pod's link, or finishes one that is there.
   *
   * @param attach puts the programs on the node's end; called before either end is up
   * @throws LinkFailure when the kernel refuses
   */
  public synchronized void add(PodLink link, ObjIntConsumer<PodLink> attach) {
    IpBatch pod = new IpBatch(link.netns());
    if (!isThere(link, pod)) {
      node.tryAll(link.delete());
      node.run(link.create(mtu));
    }
    files.save(link);
    attach.accept(link, ifindex(link.hostInterface()).orElseThrow());
    new Sysctls(link.netns()).set(parameters(link.interfaceName()));
    node.run(link.raiseHost());
    pod.run(link.raisePod());
  }

  /** Removes a pod's link; nothing when it has none. */
  public synchronized void remove(PodLink link) {
    node.tryAll(link.delete());
    files.delete(link.hostInterface());
  }

  /** Links that a former process made and that still have both ends. */
  public synchronized Map<PodLink, Integer> adopt() {
    Map<String, Integer> present = new HashMap<>();
    for (JsonNode link : node.links()) {
      present.put(link.path("ifname").asText(), link.path("ifindex").asInt());
    }
    Map<PodLink, Integer> adopted = new HashMap<>();
    for (PodLink link : files.all()) {
      Integer ifindex = present.get(link.hostInterface());
      if (ifindex == null) {
        files.delete(link.hostInterface());
      } else {
        adopted.put(link, ifindex);
      }
    }
    return adopted;
  }

  /** Whether the pair is there, and its other end is this pod's and not a namesake's. */
  private boolean isThere(PodLink link, IpBatch pod) {
    List<String> macs = new ArrayList<>();
    for (JsonNode found : pod.links()) {
      if (found.path("ifname").asText().equals(link.interfaceName())) {
        macs.add(found.path("address").asText());
      }
    }
    return macs.equals(List.of(link.podMac())) && ifindex(link.hostInterface()).isPresent();
  }

  private OptionalInt ifindex(String name) {
    for (JsonNode link : node.links()) {
      if (link.path("ifname").asText().equals(name)) {
        return OptionalInt.of(link.path("ifindex").asInt());
      }
    }
    return OptionalInt.empty();
  }

  private static Map<String, String> parameters(String interfaceName) {
    return Map.of(
        "ipv6/conf/all/disable_ipv6",
        "0",
        "ipv6/conf/" + interfaceName + "/disable_ipv6",
        "0",
        "ipv6/conf/" + interfaceName + "/accept_dad",
        "0",
        "ipv6/conf/" + interfaceName + "/accept_ra",
        "0");
  }
}
