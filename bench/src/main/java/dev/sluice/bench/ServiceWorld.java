package dev.sluice.bench;

import java.util.List;

/**
 * Manifests of many Services with three backends each, whose EndpointSlices are written by hand:
 * addresses behind which nobody is, but for the Services that are measured.
 */
final class ServiceWorld {
  static final int BACKENDS = 3;
  static final int PORT = 80;
  private static final int TARGET = 8080;

  private ServiceWorld() {}

  /**
   * The Services from {@code first} to before {@code end}; the last one leads to these addresses.
   */
  static String manifests(int first, int end, List<String> backendsOfLast) {
    StringBuilder text = new StringBuilder();
    for (int i = first; i < end; i++) {
      text.append(service(i)).append(slice(i, i == end - 1 ? backendsOfLast : backends(i)));
    }
    return text.toString();
  }

  /** The cluster address of a Service, beyond those that a lab gives out by itself. */
  static String address(int service) {
    int number = service + 256;
    return "10.96.%d.%d".formatted(number >> 8, number & 255);
  }

  /** Addresses behind which nobody is. */
  static List<String> backends(int service) {
    return List.of(backend(service, 0), backend(service, 1), backend(service, 2));
  }

  /** The k-th address of a Service behind which nobody is. */
  static String backend(int service, int k) {
    int number = service * BACKENDS + k;
    return "10.%d.%d.%d".formatted(200 + (number >> 16), number >> 8 & 255, number & 255);
  }

  /** A Service by itself, without backends. */
  static String service(int number) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: s-%d, namespace: services}
    spec: {clusterIP: %s, ports: [{port: %d, targetPort: %d}]}
    """
        .formatted(number, address(number), PORT, TARGET);
  }

  /** The EndpointSlice of a Service. */
  static String slice(int service, List<String> backends) {
    StringBuilder text =
        new StringBuilder(
            """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s-%d-a, namespace: services, labels: {kubernetes.io/service-name: s-%d}}
            addressType: IPv4
            ports: [{port: %d, protocol: TCP}]
            endpoints:
            """
                .formatted(service, service, TARGET));
    backends.forEach(
        address ->
            text.append("- {addresses: [%s], conditions: {ready: true}}\n".formatted(address)));
    return text.toString();
  }
}
