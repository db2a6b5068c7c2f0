package dev.sluice.core.service;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.desired.ServiceRow.Kind;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * The rows of one Service: its frontends, and the backends that its EndpointSlices give them. A
 * pure function of the facts and of the numbers that names have.
 *
 * @param frontends by key; whether another Service has one of them already is not looked at
 * @param backends by key
 * @param findings what cannot be done as written
 */
record ServiceRows(
    TreeMap<String, ServiceRow.Frontend> frontends,
    TreeMap<String, ServiceRow.Backend> backends,
    List<Finding> findings) {
  /**
   * Code of a finding: the kernel cannot change ports of SCTP, whose checksum is over all of it.
   */
  static final String SCTP_PORT = "sctp-port-translation";

  /** Code of a finding: an address that source ranges of the other family alone close. */
  static final String RANGES_LACK_FAMILY = "source-ranges-lack-family";

  /** Code of a finding: the kernel asks about no other ports whether they are a node port. */
  static final String NODE_PORT_RANGE = "node-port-range";

  /** As {@code SLC_NODE_PORT_FIRST} of slc_lb.h, and what an API server gives out by itself. */
  private static final int FIRST_NODE_PORT = 30_000;

  private static final int LAST_NODE_PORT = 32_767;

  private static final IpAddress ANY4 = IpAddress.v4(0);
  private static final IpAddress ANY6 = new IpAddress(true, 0, 0);

  static ServiceRows none() {
    return new ServiceRows(new TreeMap<>(), new TreeMap<>(), new ArrayList<>());
  }

  /**
   * @param numbers gives each name a number of its own
   */
  static ServiceRows of(
      ServiceFacts service, Collection<SliceFacts> slices, ToIntFunction<String> numbers) {
    ServiceRows rows = none();
    int index = 0;
    for (ServiceFacts.Port port : service.ports()) {
      rows.add(service, port, "spec.ports[" + index++ + "]", slices, numbers);
    }
    rows.closed(service);
    return rows;
  }

  private void add(
      ServiceFacts service,
      ServiceFacts.Port port,
      String path,
      Collection<SliceFacts> slices,
      ToIntFunction<String> numbers) {
    List<Address> addresses = addresses(service, port);
    if (addresses.isEmpty()) {
      return;
    }
    if (addresses.removeIf(ServiceRows::isNoNodePort)) {
      findings.add(
          new Finding(
              Finding.Severity.ERROR,
              NODE_PORT_RANGE,
              path + ".nodePort",
              "%d is no node port, so nobody is reached by it: write one from %d to %d"
                  .formatted(port.nodePort(), FIRST_NODE_PORT, LAST_NODE_PORT)));
    }
    if (port.protocol() == L4.SCTP && translated(port, slices)) {
      findings.add(
          new Finding(
              Finding.Severity.REFUSED,
              SCTP_PORT,
              path + ".targetPort",
              "SCTP ports cannot be translated: write targetPort " + port.port()));
      return;
    }
    if (port.protocol() == L4.SCTP && addresses.removeIf(address -> address.port != port.port())) {
      findings.add(
          new Finding(
              Finding.Severity.ERROR,
              SCTP_PORT,
              path + ".nodePort",
              "SCTP ports cannot be translated, so nobody is reached by node port %1$d: make port and targetPort %1$d, or dial another address"
                  .formatted(port.nodePort())));
    }
    for (Address address : addresses) {
      boolean v6 = address.ip.v6();
      String group =
          "group/%s/%s/%s/%d".formatted(service.key(), port.name(), port.protocol(), v6 ? 6 : 4);
      put(frontend(service, port, address, numbers, numbers.applyAsInt(group)));
    }
    for (boolean v6 : List.of(false, true)) {
      if (addresses.stream().anyMatch(address -> address.ip.v6() == v6)) {
        String group =
            "group/%s/%s/%s/%d".formatted(service.key(), port.name(), port.protocol(), v6 ? 6 : 4);
        backends(port, slices, v6, numbers.applyAsInt(group));
      }
    }
  }

  /** Ranges say who may come, so a family without one has nobody: kube-proxy lets all of it in. */
  private void closed(ServiceFacts service) {
    frontends.values().stream()
        .filter(frontend -> !frontend.sourceRanges().isEmpty())
        .filter(
            frontend ->
                frontend.sourceRanges().stream()
                    .noneMatch(range -> range.address().v6() == frontend.address().v6()))
        .map(ServiceRow.Frontend::address)
        .distinct()
        .sorted()
        .map(
            address ->
                new Finding(
                    Finding.Severity.WARNING,
                    RANGES_LACK_FAMILY,
                    "spec.loadBalancerSourceRanges",
                    "nobody outside reaches %s, as no range is of %s: write those that may, or %s for everybody"
                        .formatted(
                            address,
                            address.v6() ? "IPv6" : "IPv4",
                            address.v6() ? "::/0" : "0.0.0.0/0")))
        .forEach(findings::add);
  }

  private record Address(Kind kind, IpAddress ip, int port) {}

  private static boolean isNoNodePort(Address address) {
    return address.kind == Kind.NODE_PORT
        && (address.port < FIRST_NODE_PORT || address.port > LAST_NODE_PORT);
  }

  private static List<Address> addresses(ServiceFacts service, ServiceFacts.Port port) {
    List<Address> addresses = new ArrayList<>();
    if (service.headless() || service.type() == ServiceFacts.Type.EXTERNAL_NAME) {
      return addresses;
    }
    service
        .clusterIps()
        .forEach(ip -> addresses.add(new Address(Kind.CLUSTER_IP, ip, port.port())));
    service
        .externalIps()
        .forEach(ip -> addresses.add(new Address(Kind.EXTERNAL_IP, ip, port.port())));
    if (service.type() == ServiceFacts.Type.LOAD_BALANCER) {
      service
          .loadBalancerIps()
          .forEach(ip -> addresses.add(new Address(Kind.LOAD_BALANCER, ip, port.port())));
    }
    if (service.type() != ServiceFacts.Type.CLUSTER_IP && port.nodePort() != 0) {
      service
          .families()
          .forEach(
              v6 -> addresses.add(new Address(Kind.NODE_PORT, v6 ? ANY6 : ANY4, port.nodePort())));
    }
    return addresses;
  }

  private static ServiceRow.Frontend frontend(
      ServiceFacts service,
      ServiceFacts.Port port,
      Address address,
      ToIntFunction<String> numbers,
      int group) {
    boolean inside = address.kind == Kind.CLUSTER_IP;
    boolean balanced = address.kind == Kind.LOAD_BALANCER;
    String name =
        "frontend/%s/%s/%d/%s".formatted(service.key(), address.ip, address.port, port.protocol());
    return new ServiceRow.Frontend(
        numbers.applyAsInt(name),
        service.namespace(),
        service.name(),
        port.name(),
        address.kind,
        address.ip,
        address.port,
        port.protocol().number(),
        group,
        inside ? service.internalLocal() : service.externalLocal(),
        service.affinitySeconds(),
        balanced ? service.sourceRanges() : List.of(),
        inside || !service.externalLocal() ? 0 : service.healthCheckNodePort());
  }

  private void put(ServiceRow.Frontend frontend) {
    frontends.putIfAbsent(frontend.key(), frontend);
  }

  private static boolean translated(ServiceFacts.Port port, Collection<SliceFacts> slices) {
    int target = port.targetNumber();
    return target != 0 && target != port.port()
        || slices.stream()
            .flatMap(slice -> slice.ports().stream())
            .anyMatch(found -> isFor(port, found) && found.port() != port.port());
  }

  private static boolean isFor(ServiceFacts.Port port, SliceFacts.Port found) {
    return found.name().equals(port.name()) && found.protocol() == port.protocol();
  }

  private void backends(
      ServiceFacts.Port port, Collection<SliceFacts> slices, boolean v6, int group) {
    for (SliceFacts slice : slices) {
      for (SliceFacts.Port found : slice.ports()) {
        if (isFor(port, found)) {
          slice.endpoints().stream()
              .filter(endpoint -> endpoint.address().v6() == v6)
              .filter(endpoint -> endpoint.ready() || isLeaving(endpoint))
              .forEach(endpoint -> put(backend(group, endpoint, found.port())));
        }
      }
    }
  }

  private static boolean isLeaving(SliceFacts.Endpoint endpoint) {
    return endpoint.terminating() && endpoint.serving();
  }

  private static ServiceRow.Backend backend(int group, SliceFacts.Endpoint endpoint, int port) {
    return new ServiceRow.Backend(
        group,
        endpoint.address(),
        port,
        endpoint.ready(),
        endpoint.node(),
        endpoint.zones(),
        endpoint.nodes());
  }

  /** An endpoint may be in two slices while it moves between them: the ready one counts. */
  private void put(ServiceRow.Backend backend) {
    backends.merge(backend.key(), backend, (held, other) -> held.ready() ? held : other);
  }
}
