package dev.sluice.node.endpoint;

import dev.sluice.node.link.PodLink;

/**
 * A pod's link on this node, and what the kernel was told of the pod. Mutable; for the applier's
 * thread.
 */
final class Attachment {
  final PodLink link;
  final int ifindex;
  EndpointState state = EndpointState.WAITING_FOR_IDENTITY;
  long endpoint;
  int identity;
  long realisedRevision;
  String message = "";

  Attachment(PodLink link, int ifindex, KernelEndpoints.Held held) {
    this.link = link;
    this.ifindex = ifindex;
    this.endpoint = held.endpoint();
    this.identity = held.identity();
  }

  boolean isOpen() {
    return identity != 0;
  }
}
