package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.core.service.Parsed;
import dev.sluice.core.service.ServiceFacts;
import dev.sluice.core.service.ServiceReader;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an API server adds to Services: cluster addresses, families and node ports. A Service keeps
 * what it got for as long as it lives, over restarts too: the log remembers. Whoever asks for an
 * address by name gets it, and lives below those that are given out. Where none is left, a Service
 * is told without it, and gets it when another goes. Not thread-safe.
 */
final class ServiceTable {
  private static final Map<Boolean, Prefix> NETWORKS =
      Map.of(false, Prefix.parse("10.96.0.0/16"), true, Prefix.parse("fd00:10:96::/112"));

  /** Places before it, and node ports, are for those who name theirs. */
  private static final int FIRST_PLACE = 256;

  private static final int LAST_PLACE = 65_534;
  private static final int FIRST_NODE_PORT = 30_100;
  private static final int LAST_NODE_PORT = 32_767;

  private record Held(List<IpAddress> addresses, Map<String, Integer> nodePorts) {
    static final Held NOTHING = new Held(List.of(), Map.of());
  }

  private final Map<ObjectKey, Held> held = new HashMap<>();
  private final Map<IpAddress, ObjectKey> addresses = new HashMap<>();
  private final Map<Integer, ObjectKey> nodePorts = new HashMap<>();

  /**
   * By family: every place before it is in use, so that giving one does not look at all of them.
   */
  private final Map<Boolean, Integer> firstFree =
      new HashMap<>(Map.of(false, FIRST_PLACE, true, FIRST_PLACE));

  /** As {@link #firstFree}, of node ports. */
  private int firstFreeNodePort = FIRST_NODE_PORT;

  /** Services that lack something. */
  private final Map<ObjectKey, List<Problem>> lacking = new TreeMap<>();

  ServiceTable(Past past) {
    for (SourceObject object : past.objects()) {
      if (object.key().kind().equals("Service")) {
        hold(object.key(), JsonTree.parse(object.body()));
      }
    }
  }

  /** Forgets Services of the past that no manifest declares any more. */
  void dropUndeclared(Collection<ObjectKey> declared) {
    List.copyOf(held.keySet()).stream()
        .filter(key -> !declared.contains(key))
        .forEach(this::remove);
  }

  void remove(ObjectKey key) {
    lacking.remove(key);
    Held had = held.remove(key);
    if (had != null) {
      had.addresses.forEach(address -> release(address, key));
      had.nodePorts.values().forEach(port -> release(port, key));
    }
  }

  /** What Services lack. */
  List<Problem> problems() {
    return lacking.values().stream().flatMap(List::stream).toList();
  }

  /** Services that lack something and may get it now. */
  List<ObjectKey> mayGetMore() {
    boolean left =
        firstFreeNodePort <= LAST_NODE_PORT
            || firstFree.values().stream().anyMatch(place -> place <= LAST_PLACE);
    return left ? List.copyOf(lacking.keySet()) : List.of();
  }

  /**
   * Gives a Service everything that it names itself: to be called for all before {@link #object}.
   */
  void claim(Manifest manifest) {
    hold(manifest.key(), manifest.body());
  }

  private void hold(ObjectKey key, Map<String, Object> body) {
    if (ServiceReader.read(key, body)
        instanceof Parsed.Accepted<ServiceFacts>(ServiceFacts facts)) {
      Held before = held.getOrDefault(key, Held.NOTHING);
      List<IpAddress> own = facts.clusterIps().isEmpty() ? before.addresses : facts.clusterIps();
      Map<String, Integer> ports = new TreeMap<>(before.nodePorts);
      facts.ports().stream()
          .filter(port -> port.nodePort() != 0)
          .forEach(port -> ports.put(port.name(), port.nodePort()));
      remove(key);
      held.put(key, new Held(List.copyOf(own), ports));
      own.forEach(address -> addresses.putIfAbsent(address, key));
      ports.values().forEach(port -> nodePorts.putIfAbsent(port, key));
    }
  }

  /** The Service as the log has it. One that cannot be read stays as it was written. */
  SourceObject object(Manifest manifest) {
    lacking.remove(manifest.key());
    if (!(ServiceReader.read(manifest.key(), manifest.body())
            instanceof Parsed.Accepted<ServiceFacts>(ServiceFacts facts))
        || facts.type() == ServiceFacts.Type.EXTERNAL_NAME) {
      return Bodies.plain(manifest);
    }
    Map<String, Object> spec = new TreeMap<>(Expansion.map(manifest.body(), "spec"));
    List<Boolean> families = families(ObjectBody.of(spec), facts);
    boolean headless =
        "None".equals(spec.get("clusterIP")) || List.of("None").equals(spec.get("clusterIPs"));
    if (!headless) {
      List<IpAddress> given = give(manifest, families);
      if (!given.isEmpty()) {
        spec.put("clusterIP", given.getFirst().toString());
        spec.put("clusterIPs", given.stream().map(IpAddress::toString).toList());
      }
    }
    spec.put("ipFamilies", families.stream().map(v6 -> v6 ? "IPv6" : "IPv4").toList());
    boolean none = Boolean.FALSE.equals(spec.get("allocateLoadBalancerNodePorts"));
    if (facts.type() == ServiceFacts.Type.NODE_PORT
        || facts.type() == ServiceFacts.Type.LOAD_BALANCER && !none) {
      spec.put("ports", withNodePorts(manifest, spec));
    }
    Map<String, Object> body = new TreeMap<>(manifest.body());
    body.put("spec", spec);
    return Bodies.plain(
        new Manifest(
            manifest.key(), manifest.apiVersion(), body, manifest.file(), manifest.lines()));
  }

  /** As named; else those of its own addresses; else IPv4, and IPv6 too where two are wanted. */
  private static List<Boolean> families(ObjectBody spec, ServiceFacts facts) {
    if (!facts.families().isEmpty()) {
      return facts.families();
    }
    return switch (spec.text("ipFamilyPolicy")) {
      case "PreferDualStack", "RequireDualStack" -> List.of(false, true);
      default -> List.of(false);
    };
  }

  private List<IpAddress> give(Manifest manifest, List<Boolean> families) {
    ObjectKey key = manifest.key();
    Held before = held.getOrDefault(key, Held.NOTHING);
    List<IpAddress> given = new ArrayList<>();
    for (boolean v6 : families) {
      Optional<IpAddress> address =
          before.addresses.stream().filter(own -> own.v6() == v6).findFirst().or(() -> free(v6));
      if (address.isEmpty()) {
        lack(
            manifest,
            "no-cluster-address",
            "spec",
            "every cluster address of "
                + NETWORKS.get(v6)
                + " that is given out is in use: take a Service out, or write spec.clusterIPs");
        continue;
      }
      addresses.putIfAbsent(address.get(), key);
      given.add(address.get());
    }
    before.addresses.stream()
        .filter(address -> !given.contains(address))
        .forEach(address -> release(address, key));
    held.put(key, new Held(List.copyOf(given), before.nodePorts));
    return given;
  }

  private Optional<IpAddress> free(boolean v6) {
    Prefix network = NETWORKS.get(v6);
    for (int place = firstFree.get(v6); place <= LAST_PLACE; place++) {
      IpAddress candidate = network.address().plus(place);
      if (!addresses.containsKey(candidate)) {
        firstFree.put(v6, place);
        return Optional.of(candidate);
      }
    }
    firstFree.put(v6, LAST_PLACE + 1);
    return Optional.empty();
  }

  private void release(IpAddress address, ObjectKey key) {
    Prefix network = NETWORKS.get(address.v6());
    if (addresses.remove(address, key) && network.contains(address)) {
      int place = (int) (address.low() - network.address().low());
      firstFree.merge(address.v6(), Math.max(FIRST_PLACE, place), Math::min);
    }
  }

  private void release(int nodePort, ObjectKey key) {
    if (nodePorts.remove(nodePort, key)) {
      firstFreeNodePort = Math.max(FIRST_NODE_PORT, Math.min(firstFreeNodePort, nodePort));
    }
  }

  private List<Object> withNodePorts(Manifest manifest, Map<String, Object> spec) {
    ObjectKey key = manifest.key();
    Held before = held.getOrDefault(key, Held.NOTHING);
    Map<String, Integer> numbers = new TreeMap<>();
    List<Object> ports = new ArrayList<>();
    for (Object entry : spec.get("ports") instanceof List<?> list ? list : List.of()) {
      Map<String, Object> port = new TreeMap<>();
      ObjectBody.of(entry).fields().forEach((name, value) -> port.put(name.toString(), value));
      String name = ObjectBody.of(entry).text("name");
      int number = before.nodePorts.getOrDefault(name, 0);
      if (number == 0) {
        number = freeNodePort();
      }
      if (number == 0) {
        port.remove("nodePort");
        lack(
            manifest,
            "no-node-port",
            "spec.ports[" + ports.size() + "]",
            "every node port from %d to %d is in use: take a Service out, or write nodePort"
                .formatted(FIRST_NODE_PORT, LAST_NODE_PORT));
      } else {
        nodePorts.putIfAbsent(number, key);
        numbers.put(name, number);
        port.put("nodePort", (long) number);
      }
      ports.add(port);
    }
    before.nodePorts.values().stream()
        .filter(port -> !numbers.containsValue(port))
        .forEach(port -> release(port, key)); // of a port that has another name now, or is gone
    held.put(key, new Held(before.addresses, numbers));
    return ports;
  }

  /** 0 when there is none. */
  private int freeNodePort() {
    for (int port = firstFreeNodePort; port <= LAST_NODE_PORT; port++) {
      if (!nodePorts.containsKey(port)) {
        firstFreeNodePort = port;
        return port;
      }
    }
    firstFreeNodePort = LAST_NODE_PORT + 1;
    return 0;
  }

  private void lack(Manifest manifest, String code, String path, String message) {
    lacking
        .computeIfAbsent(manifest.key(), key -> new ArrayList<>())
        .add(manifest.problem(Severity.WARNING, code, path, message));
  }
}
