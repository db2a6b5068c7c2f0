package dev.sluice.core.service;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads an EndpointSlice (discovery.k8s.io/v1) as the API server has it. */
public final class SliceReader {
  /** Label that names the Service a slice belongs to. */
  public static final String SERVICE_LABEL = "kubernetes.io/service-name";

  /** As {@link #read(ObjectKey, Map)}, of a record. */
  public static final Function<ObjectEvent, Parsed<SliceFacts>> READER =
      event -> read(event.key(), event.body());

  private SliceReader() {}

  /**
   * @param body the object as parsed JSON
   */
  public static Parsed<SliceFacts> read(ObjectKey key, Map<String, Object> body) {
    ObjectBody slice = ObjectBody.of(body);
    if (slice.text("addressType").equals("FQDN")) { // names are for clients, not for packets
      return new Parsed.Accepted<>(
          new SliceFacts(key.namespace(), key.name(), "", List.of(), List.of()));
    }
    FieldReading reading = new FieldReading();
    SliceFacts facts =
        new SliceFacts(
            key.namespace(),
            key.name(),
            slice.object("metadata").textMap("labels").getOrDefault(SERVICE_LABEL, ""),
            ports(slice, reading),
            endpoints(key, slice, reading));
    return reading.findings().isEmpty()
        ? new Parsed.Accepted<>(facts)
        : new Parsed.Refused<>(reading.findings());
  }

  /** A port without a number stands for every port, which no Service port refers to. */
  private static List<SliceFacts.Port> ports(ObjectBody slice, FieldReading reading) {
    List<SliceFacts.Port> ports = new ArrayList<>();
    int index = 0;
    for (ObjectBody port : slice.objects("ports").toList()) {
      String path = "ports[" + index++ + "]";
      if (!port.text("port").isEmpty()) {
        L4 protocol = reading.protocol(port, path).orElse(L4.TCP);
        ports.add(
            new SliceFacts.Port(port.text("name"), protocol, reading.port(port, "port", path)));
      }
    }
    return ports;
  }

  private static List<SliceFacts.Endpoint> endpoints(
      ObjectKey key, ObjectBody slice, FieldReading reading) {
    List<SliceFacts.Endpoint> endpoints = new ArrayList<>();
    int index = 0;
    for (ObjectBody endpoint : slice.objects("endpoints").toList()) {
      String path = "endpoints[" + index++ + "]";
      // The first address stands for all: consumers are told to use only that.
      for (String text : endpoint.texts("addresses").limit(1).toList()) {
        reading
            .address(text, path + ".addresses")
            .ifPresent(address -> endpoints.add(endpoint(key.namespace(), address, endpoint)));
      }
    }
    return endpoints;
  }

  /** An unset {@code ready} is true, an unset {@code serving} is what ready is. */
  private static SliceFacts.Endpoint endpoint(
      String namespace, dev.sluice.core.net.IpAddress address, ObjectBody endpoint) {
    ObjectBody conditions = endpoint.object("conditions");
    boolean ready = conditions.text("ready").isEmpty() || conditions.isTrue("ready");
    boolean serving = conditions.text("serving").isEmpty() ? ready : conditions.isTrue("serving");
    ObjectBody target = endpoint.object("targetRef");
    String pod = target.text("kind").equals("Pod") ? namespace + "/" + target.text("name") : "";
    return new SliceFacts.Endpoint(
        address,
        ready,
        serving,
        conditions.isTrue("terminating"),
        endpoint.text("nodeName"),
        names(endpoint.object("hints"), "forZones").toList(),
        names(endpoint.object("hints"), "forNodes").toList(),
        pod);
  }

  private static Stream<String> names(ObjectBody hints, String field) {
    return hints.objects(field).map(hint -> hint.text("name")).sorted();
  }
}
