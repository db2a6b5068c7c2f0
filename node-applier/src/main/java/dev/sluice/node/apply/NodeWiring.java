package dev.sluice.node.apply;

import dev.sluice.node.link.NodeNetwork;

/** Brings gateways and routes of the node's namespace in line. */
public interface NodeWiring {
  /**
   * @throws dev.sluice.node.link.LinkFailure when the kernel refuses; the state is between the two
   */
  void change(NodeNetwork before, NodeNetwork after);
}
