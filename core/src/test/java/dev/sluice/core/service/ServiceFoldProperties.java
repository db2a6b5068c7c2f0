package dev.sluice.core.service;

import static dev.sluice.core.service.ServiceLog.endpoint;
import static dev.sluice.core.service.ServiceLog.port;
import static dev.sluice.core.service.ServiceLog.spec;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Deltas add up to the image, wherever the log is cut. */
class ServiceFoldProperties {
  private static final int STEPS = 40;

  @Property(tries = 200)
  void deltasAddUpToTheImageAndASnapshotForgetsNothing(@ForAll long seed) {
    Random random = new Random(seed);
    List<ObjectEvent> events = events(random);
    ServiceFold fold = new ServiceFold();
    Map<String, ServiceRow> mirror = new TreeMap<>();
    for (ObjectEvent event : events) {
      fold.fold(event);
      if (random.nextInt(3) == 0) {
        fold.drain().forEach(change -> apply(mirror, change));
        fold.findings();
      }
      if (random.nextInt(8) == 0) {
        fold.drain().forEach(change -> apply(mirror, change));
        fold = ServiceFold.restore(fold.snapshot());
      }
    }
    fold.drain().forEach(change -> apply(mirror, change));
    Map<String, ServiceRow> image = new TreeMap<>();
    fold.image().forEach(change -> apply(image, change));
    assertEquals(image, mirror);
    ServiceFold atOnce = new ServiceFold();
    events.forEach(atOnce::fold);
    assertEquals(atOnce.image(), fold.image());
    assertArrayEquals(atOnce.snapshot(), fold.snapshot());
  }

  private static void apply(Map<String, ServiceRow> rows, Change<ServiceRow> change) {
    if (change.isRemoval()) {
      rows.remove(change.key());
    } else {
      rows.put(change.key(), change.value());
    }
  }

  static List<ObjectEvent> events(Random random) {
    ServiceLog log = new ServiceLog();
    List<ObjectEvent> events = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      String service = "s" + random.nextInt(4);
      String slice = "e" + random.nextInt(5);
      events.add(
          switch (random.nextInt(6)) {
            case 0 -> log.gone("Service", "shop", service);
            case 1 -> log.gone("EndpointSlice", "shop", slice);
            case 2, 3 -> log.service(service, randomSpec(random));
            case 4 -> log.node("n" + random.nextInt(2), "z" + random.nextInt(2));
            default -> log.slice(slice, service, List.of(randomPort(random)), endpoints(random));
          });
    }
    return events;
  }

  private static Map<String, Object> randomSpec(Random random) {
    List<String> addresses = new ArrayList<>(List.of("10.96.0." + random.nextInt(4)));
    if (random.nextBoolean()) {
      addresses.add("fd00:10:96::" + random.nextInt(4));
    }
    return spec(
        "type",
        List.of("ClusterIP", "NodePort").get(random.nextInt(2)),
        "clusterIPs",
        addresses,
        "ports",
        List.of(randomPort(random)));
  }

  private static Map<String, Object> randomPort(Random random) {
    String name = List.of("", "http").get(random.nextInt(2));
    int port = 80 + random.nextInt(2);
    return port(name, port, "TCP", "nodePort", 30000L + random.nextInt(2));
  }

  private static List<Map<String, Object>> endpoints(Random random) {
    List<Map<String, Object>> endpoints = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String state = List.of("ready", "unready", "leaving", "dead").get(random.nextInt(4));
      endpoints.add(endpoint("10.0.1." + random.nextInt(5), state, "n" + random.nextInt(2)));
    }
    return endpoints;
  }
}
