package dev.sluice.node.link;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Brings gateways and routes of a node's namespace in line, through {@code ip}. */
public final class IpWiring {
  private final IpBatch ip;
  private final boolean tunnel;

  /**
   * @param netns path of the node's namespace; empty: the one this process runs in
   */
  public IpWiring(String netns, boolean tunnel) {
    this.ip = new IpBatch(netns);
    this.tunnel = tunnel;
  }

  /**
   * @throws LinkFailure when the kernel refuses an addition; what is already gone is fine
   */
  public void change(NodeNetwork before, NodeNetwork after) {
    Map<Boolean, List<String>> lines =
        after.change(before, tunnel).stream()
            .collect(Collectors.partitioningBy(line -> line.contains(" replace ")));
    if (!lines.get(true).isEmpty()) {
      ip.run(lines.get(true));
    }
    if (!lines.get(false).isEmpty()) {
      ip.tryAll(lines.get(false));
    }
  }
}
