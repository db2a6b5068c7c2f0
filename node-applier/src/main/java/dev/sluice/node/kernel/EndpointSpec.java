package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import java.util.List;

/**
 * What the programs of a pod's link must know about the pod.
 *
 * @param id of the endpoint, never used again for another
 * @param identity 0 when not known yet
 * @param addresses at most one of each family; a packet from the pod with another source is dropped
 * @param podMac of the pod's end of the link
 * @param hostMac of the node's end, which answers ARP and neighbour solicitations
 */
public record EndpointSpec(
    int id, int identity, List<IpAddress> addresses, MacAddress podMac, MacAddress hostMac) {
  public EndpointSpec {
    addresses = List.copyOf(addresses);
    if (addresses.stream().filter(IpAddress::v6).count() > 1
        || addresses.stream().filter(address -> !address.v6()).count() > 1) {
      throw new IllegalArgumentException("more than one address of a family: " + addresses);
    }
  }
}
