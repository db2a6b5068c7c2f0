package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the fold keeps of a node.
 *
 * @param underlay its InternalIP addresses, in the object's order: where tunnels end
 * @param podCidrs the prefixes that its pods' addresses come from
 */
public record NodeFacts(String name, List<IpAddress> underlay, List<Prefix> podCidrs) {
  public NodeFacts {
    underlay = List.copyOf(underlay);
    podCidrs = List.copyOf(podCidrs);
  }

  static NodeFacts read(ObjectEvent event) {
    ObjectBody body = ReadFields.body(event);
    ObjectBody spec = body.object("spec");
    List<IpAddress> underlay =
        body.object("status")
            .objects("addresses")
            .filter(address -> address.text("type").equals("InternalIP"))
            .flatMap(address -> Literals.address(address.text("address")).stream())
            .distinct()
            .toList();
    List<Prefix> podCidrs =
        Stream.concat(spec.texts("podCIDRs"), Stream.of(spec.text("podCIDR")))
            .flatMap(text -> Literals.prefix(text).stream())
            .distinct()
            .toList();
    return new NodeFacts(event.key().name(), underlay, podCidrs);
  }

  /** Its own addresses: those of the underlay, and the gateway (the first) of each pod CIDR. */
  List<Prefix> ownAddresses() {
    Stream<Prefix> gateways =
        podCidrs.stream()
            .filter(cidr -> !cidr.isSingle())
            .map(cidr -> cidr.address().plus(1).single());
    return Stream.concat(underlay.stream().map(IpAddress::single), gateways).distinct().toList();
  }
}
