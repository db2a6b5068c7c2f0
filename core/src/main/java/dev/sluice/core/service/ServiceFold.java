package dev.sluice.core.service;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.DependencyOrder;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.log.Projection;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The Services of the cluster: folds records of Service, EndpointSlice and Node into rows of topic
 * desired. A refused version of an object changes nothing, the last accepted one stays. A step
 * costs what it touches: the rows of the Services that the record is about.
 *
 * <p>Of two Services that want one address and port, the one that was first has it; the other gets
 * it when that goes. It is a pure function of the records folded; whether they may be folded, and
 * when rows may be given out, is for the owner. Not thread safe.
 */
public final class ServiceFold {
  /** Code of a finding: another Service has the address and port. */
  public static final String TAKEN = "frontend-taken";

  private static final DependencyOrder<ServiceRow> ORDER =
      new DependencyOrder<>(
          List.of(ServiceRow.Node.class, ServiceRow.Backend.class, ServiceRow.Frontend.class));

  /** Label of a node that says which zone it is in. */
  public static final String ZONE = "topology.kubernetes.io/zone";

  /** What is read of a Service and of an EndpointSlice. */
  public static final Projection READ =
      Projection.of(
          List.of("spec"),
          List.of("status"),
          List.of("addressType"),
          List.of("ports"),
          List.of("endpoints"),
          List.of("metadata", "labels"));

  private final TreeMap<String, ServiceFacts> services = new TreeMap<>();
  private final Map<String, TreeMap<String, SliceFacts>> slices = new TreeMap<>();

  /** Service that each slice belongs to. */
  private final Map<String, String> sliceOwners = new TreeMap<>();

  private final TreeMap<String, ServiceRow.Node> nodes = new TreeMap<>();
  private final Map<String, ServiceRows> compiled = new TreeMap<>();

  /** Who wants each frontend, by id: the first has it. */
  private final Map<String, TreeMap<Integer, ServiceRow.Frontend>> claims = new TreeMap<>();

  private final ServiceSnapshot.Objects objects = new ServiceSnapshot.Objects();
  private final ServiceNumbers numbers = new ServiceNumbers();
  private final Map<String, ServiceRow> before = new TreeMap<>();
  private final TreeMap<ObjectKey, List<Finding>> told = new TreeMap<>();
  private final TreeSet<String> touched = new TreeSet<>();

  /** Whether records of this kind are folded here. */
  public static boolean reads(String kind) {
    return switch (kind) {
      case "Service", "EndpointSlice", "Node" -> true;
      default -> false;
    };
  }

  /** Has ready what is read of a record that is to be folded; it may be asked in any thread. */
  public static void prepare(ObjectEvent event) {
    if (event.type() == ObjectEvent.Type.DELETED) {
      return;
    }
    switch (event.key().kind()) {
      case "Service" -> {
        event.read(ServiceReader.READER);
        event.read(ServiceSnapshot.REDUCED);
      }
      case "EndpointSlice" -> {
        event.read(SliceReader.READER);
        event.read(ServiceSnapshot.REDUCED);
      }
      default -> {}
    }
  }

  /** Folds one record; those of other kinds are nothing. */
  public void fold(ObjectEvent event) {
    boolean gone = event.type() == ObjectEvent.Type.DELETED;
    if (!gone
        && event.type() != ObjectEvent.Type.ADDED
        && event.type() != ObjectEvent.Type.MODIFIED) {
      return;
    }
    switch (event.key().kind()) {
      case "Service" -> service(event, gone);
      case "EndpointSlice" -> slice(event, gone);
      case "Node" -> node(event, gone);
      default -> {}
    }
  }

  private void service(ObjectEvent event, boolean gone) {
    ObjectKey key = event.key();
    String name = key.namespace() + "/" + key.name();
    if (gone) {
      tell(key, List.of());
      objects.remove(key);
      services.remove(name);
      compile(name);
      return;
    }
    switch (event.read(ServiceReader.READER)) {
      case Parsed.Accepted<ServiceFacts>(ServiceFacts facts) -> {
        tell(key, List.of());
        objects.put(event);
        if (!facts.equals(services.put(name, facts))) {
          compile(name);
        } else {
          tellAgain(name);
        }
      }
      case Parsed.Refused<ServiceFacts>(List<Finding> findings) -> tell(key, findings);
    }
  }

  private void slice(ObjectEvent event, boolean gone) {
    ObjectKey key = event.key();
    String name = key.namespace() + "/" + key.name();
    if (gone) {
      tell(key, List.of());
      objects.remove(key);
      replace(name, null);
      return;
    }
    switch (event.read(SliceReader.READER)) {
      case Parsed.Accepted<SliceFacts>(SliceFacts facts) -> {
        tell(key, List.of());
        objects.put(event);
        replace(name, facts);
      }
      case Parsed.Refused<SliceFacts>(List<Finding> findings) -> tell(key, findings);
    }
  }

  private void replace(String name, SliceFacts facts) {
    String owner = facts == null || facts.service().isEmpty() ? null : facts.serviceKey();
    String former = owner == null ? sliceOwners.remove(name) : sliceOwners.put(name, owner);
    if (former != null && !former.equals(owner)) {
      TreeMap<String, SliceFacts> left = slices.get(former);
      left.remove(name);
      if (left.isEmpty()) {
        slices.remove(former);
      }
      compile(former);
    }
    if (owner != null) {
      SliceFacts old = slices.computeIfAbsent(owner, key -> new TreeMap<>()).put(name, facts);
      if (!facts.equals(old)) {
        compile(owner);
      }
    }
  }

  private void node(ObjectEvent event, boolean gone) {
    String name = event.key().name();
    String zone =
        ObjectBody.of(event.body()).object("metadata").textMap("labels").getOrDefault(ZONE, "");
    ServiceRow.Node now = gone ? null : new ServiceRow.Node(name, zone);
    ServiceRow.Node old = gone ? nodes.remove(name) : nodes.put(name, now);
    if (now == null || !now.equals(old)) {
      remember("service/node/" + name, old);
    }
  }

  /** Compiles a Service anew, and lets go of the numbers of names that are gone. */
  private void compile(String name) {
    touched.add(name);
    ServiceFacts facts = services.get(name);
    ServiceRows old = compiled.getOrDefault(name, ServiceRows.none());
    ServiceRows now =
        facts == null
            ? ServiceRows.none()
            : ServiceRows.of(facts, slicesOf(name), text -> numbers.of(name, text));
    if (facts == null) {
      compiled.remove(name);
    } else {
      compiled.put(name, now);
    }
    old.backends().forEach(this::remember);
    now.backends().keySet().forEach(key -> remember(key, old.backends().get(key)));
    TreeSet<String> keys = new TreeSet<>(old.frontends().keySet());
    keys.addAll(now.frontends().keySet());
    keys.forEach(key -> claim(key, old.frontends().get(key), now.frontends().get(key)));
    if (facts == null) {
      numbers.forget(name);
    }
    tellAgain(name);
  }

  private void claim(String key, ServiceRow.Frontend old, ServiceRow.Frontend now) {
    remember(key, holder(key));
    TreeMap<Integer, ServiceRow.Frontend> wanting =
        claims.computeIfAbsent(key, unused -> new TreeMap<>());
    if (old != null) {
      wanting.remove(old.id());
    }
    if (now != null) {
      wanting.put(now.id(), now);
    }
    wanting.values().forEach(other -> touched.add(other.service()));
    if (wanting.isEmpty()) {
      claims.remove(key);
    }
  }

  private ServiceRow.Frontend holder(String key) {
    TreeMap<Integer, ServiceRow.Frontend> wanting = claims.get(key);
    return wanting == null ? null : wanting.firstEntry().getValue();
  }

  private void remember(String key, ServiceRow row) {
    if (!before.containsKey(key)) {
      before.put(key, row);
    }
  }

  private void tell(ObjectKey key, List<Finding> findings) {
    told.put(key, findings);
  }

  private void tellAgain(String name) {
    touched.add(name);
  }

  /**
   * What changed since the last call, in dependency order: nodes, backends, frontends, then
   * removals in reverse.
   */
  public List<Change<ServiceRow>> drain() {
    List<Change<ServiceRow>> changes = new ArrayList<>();
    before.forEach(
        (key, old) -> {
          ServiceRow now = row(key);
          if (now != null && !now.equals(old)) {
            changes.add(Change.upsert(now.getClass(), key, now));
          } else if (now == null && old != null) {
            changes.add(Change.remove(old.getClass(), key));
          }
        });
    before.clear();
    return ORDER.sort(changes);
  }

  private ServiceRow row(String key) {
    if (key.startsWith("service/frontend/")) {
      return holder(key);
    }
    if (key.startsWith("service/node/")) {
      return nodes.get(key.substring("service/node/".length()));
    }
    int group = Integer.parseInt(key.split("/", 4)[2]);
    ServiceRows rows = compiled.get(numbers.serviceOf(group));
    return rows == null ? null : rows.backends().get(key);
  }

  /**
   * The objects about which there may be something else to tell since the last call, with all that
   * there is to tell about each.
   */
  public SortedMap<ObjectKey, List<Finding>> findings() {
    for (String name : touched) {
      ObjectKey key = key(name);
      if (told.getOrDefault(key, List.of()).isEmpty()) {
        told.put(key, findings(name));
      }
    }
    touched.clear();
    SortedMap<ObjectKey, List<Finding>> result = new TreeMap<>(told);
    told.clear();
    return result;
  }

  private static ObjectKey key(String name) {
    int slash = name.indexOf('/');
    return new ObjectKey("Service", name.substring(0, slash), name.substring(slash + 1));
  }

  private List<Finding> findings(String name) {
    ServiceRows rows = compiled.get(name);
    if (rows == null) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>(rows.findings());
    for (ServiceRow.Frontend wanted : rows.frontends().values()) {
      ServiceRow.Frontend holder = holder(wanted.key());
      if (holder != null && holder.id() != wanted.id()) {
        findings.add(
            new Finding(
                Finding.Severity.ERROR,
                TAKEN,
                "spec",
                "%s %s:%d belongs to Service %s: choose another address or port"
                    .formatted(
                        wanted.kind().text(),
                        wanted.address().v6() ? "[" + wanted.address() + "]" : wanted.address(),
                        wanted.port(),
                        holder.service())));
      }
    }
    return findings;
  }

  /** Every row, in dependency order, as if all of them were new. */
  public List<Change<ServiceRow>> image() {
    List<Change<ServiceRow>> rows = new ArrayList<>();
    nodes.values().forEach(row -> rows.add(upsert(row)));
    compiled.values().forEach(of -> of.backends().values().forEach(row -> rows.add(upsert(row))));
    claims.keySet().forEach(key -> rows.add(upsert(holder(key))));
    return ORDER.sort(rows);
  }

  private static Change<ServiceRow> upsert(ServiceRow row) {
    return Change.upsert(row.getClass(), row.key(), row);
  }

  /** The Services with their last accepted versions, by {@code namespace/name}. A view. */
  public SortedMap<String, ServiceFacts> services() {
    return Collections.unmodifiableSortedMap(services);
  }

  /** One Service's last accepted version. */
  public Optional<ServiceFacts> service(String name) {
    return Optional.ofNullable(services.get(name));
  }

  /** The EndpointSlices of a Service, whether or not the Service is there, by name. */
  public Collection<SliceFacts> slicesOf(String service) {
    return slices.getOrDefault(service, new TreeMap<>()).values();
  }

  /**
   * The Services ({@code namespace/name}) that the records folded since the last {@link #findings}
   * were about: themselves or their EndpointSlices.
   */
  public Set<String> touched() {
    return Collections.unmodifiableSet(touched);
  }

  /** Who wrote the last accepted version; null when there is none. */
  public String who(ObjectKey key) {
    return objects.who(key);
  }

  /** All that is remembered, canonical: equal states give equal bytes. */
  public byte[] snapshot() {
    return ServiceSnapshot.encode(objects, nodes.values(), numbers);
  }

  /**
   * A fold that goes on where the one of the snapshot stood.
   *
   * @throws IllegalArgumentException when the bytes are damaged
   */
  public static ServiceFold restore(byte[] snapshot) {
    ServiceFold fold = new ServiceFold();
    ServiceSnapshot.decode(
        snapshot,
        fold.numbers,
        node -> fold.nodes.put(node.name(), node),
        (key, body, who) -> {
          fold.objects.put(key, CanonicalTree.encode(body), who);
          fold.take(key, body);
        });
    TreeSet<String> all = new TreeSet<>(fold.services.keySet());
    all.forEach(fold::compile);
    fold.before.clear();
    fold.told.clear();
    fold.touched.clear();
    return fold;
  }

  private void take(ObjectKey key, Map<String, Object> body) {
    String name = key.namespace() + "/" + key.name();
    if (key.kind().equals("Service")
        && ServiceReader.read(key, body) instanceof Parsed.Accepted<ServiceFacts>(var facts)) {
      services.put(name, facts);
    } else if (key.kind().equals("EndpointSlice")
        && SliceReader.read(key, body) instanceof Parsed.Accepted<SliceFacts>(var facts)
        && !facts.service().isEmpty()) {
      sliceOwners.put(name, facts.serviceKey());
      slices.computeIfAbsent(facts.serviceKey(), of -> new TreeMap<>()).put(name, facts);
    } else if (!key.kind().equals("EndpointSlice")) {
      throw new IllegalArgumentException(key + " was accepted once and is refused now");
    }
  }

  /** For tests and lists: what the Service of a frontend has. */
  Map<String, ServiceRows> compiled() {
    return new LinkedHashMap<>(compiled);
  }
}
