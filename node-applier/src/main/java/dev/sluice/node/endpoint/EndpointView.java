package dev.sluice.node.endpoint;

import dev.sluice.core.net.IpAddress;
import java.util.List;

/**
 * An endpoint of this node at a moment.
 *
 * @param id 0 while the log does not know the pod
 * @param identity 0 likewise
 * @param realisedRevision the revision that the kernel judges it under; 0: closed
 * @param hostInterface the node's end of its link; empty when it has none
 * @param message why it is not ready; empty when it is
 */
public record EndpointView(
    long id,
    String namespace,
    String pod,
    int identity,
    EndpointState state,
    long realisedRevision,
    List<IpAddress> ips,
    String hostInterface,
    String message) {}
