package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnFold;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.NodeFold;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The product's own way from a log to kernel entries: cluster, policy and node folds in a row. */
public final class CompiledWorld {
  private final ClusterFold cluster = ClusterFold.empty();
  private final PolicyFold policy = PolicyFold.empty();
  private static final long SHORT_MILLIS = 60_000;
  private static final long LASTING_MILLIS = 3650L * 24 * 3_600_000;

  private final FqdnFold names =
      FqdnFold.empty(new AddressLife(SHORT_MILLIS, SHORT_MILLIS, SHORT_MILLIS, 100));
  private List<Change<FqdnRecord>> onTheirWay = List.of();
  private final Map<String, NodeFold> nodes = new TreeMap<>();
  private final Map<String, ClusterRecord.Endpoint> endpoints = new TreeMap<>();

  private CompiledWorld(Set<String> names) {
    names.forEach(name -> nodes.put(name, NodeFold.empty(name)));
  }

  /**
   * Folds a log, a record at a time, flattening on every node after each. Names reach the second
   * node a record later than the first: nothing orders the two topics.
   */
  public static CompiledWorld of(GeneratedWorld generated) {
    CompiledWorld world = new CompiledWorld(Set.of("node-1", "node-2"));
    List<ObjectEvent> log = generated.log();
    for (int i = 0; i < log.size(); i++) {
      world.apply(log.get(i));
      for (GeneratedWorld.Told told : generated.answers()) {
        if (told.after() == i) {
          world.names.apply(answer(log.get(i).timeMillis(), told));
        }
      }
      world.named(world.names.drain());
    }
    // Past the last short answer and what an address lives on after it.
    world.names.apply(new DnsEvent.Passed(log.getLast().timeMillis() + 3 * SHORT_MILLIS));
    world.named(world.names.drain());
    world.named(world.names.tidy());
    world.named(List.of());
    return world;
  }

  private static DnsEvent answer(long time, GeneratedWorld.Told told) {
    long seconds = (told.lasting() ? LASTING_MILLIS : SHORT_MILLIS) / 1000;
    return new DnsEvent.Answered(
        time,
        "node-1",
        told.name(),
        Map.of(told.address(), seconds),
        "shop/p1",
        "10.0.2.11",
        "dns");
  }

  private void apply(ObjectEvent event) {
    ClusterStep step = cluster.apply(event);
    step.changes().forEach(this::follow);
    PolicyStep compiled = policy.apply(event, step.changes());
    compiled.desired().forEach(this::tellNames);
    nodes.forEach(
        (name, node) -> {
          compiled.desired().forEach(node::apply);
          node.local(identities(name));
          node.plan();
          node.realised();
        });
  }

  /** As identity-stream does. */
  private void tellNames(Change<DesiredRecord> change) {
    if (change.kind() == DesiredRecord.Selector.class) {
      String id = change.key().substring("selector/".length());
      if (change.value() instanceof DesiredRecord.Selector selector) {
        NameSelectors.read(selector.text()).ifPresent(name -> names.selector(id, name));
      } else {
        names.selectorGone(id);
      }
    } else if (change.kind() == DesiredRecord.DesiredAddress.class) {
      Prefix prefix = Prefix.parse(change.key().substring("address/".length()));
      if (change.value() instanceof DesiredRecord.DesiredAddress address) {
        names.prefix(prefix, address.address().identity());
      } else {
        names.prefixGone(prefix);
      }
    }
  }

  private void named(List<Change<FqdnRecord>> changes) {
    if (changes.isEmpty() && onTheirWay.isEmpty()) {
      return;
    }
    onTheirWay.forEach(change -> named(change, nodes.get("node-2")));
    changes.forEach(change -> named(change, nodes.get("node-1")));
    onTheirWay = changes;
    nodes
        .values()
        .forEach(
            node -> {
              node.plan();
              node.realised();
            });
  }

  private static void named(Change<FqdnRecord> change, NodeFold node) {
    switch (change.value()) {
      case FqdnRecord.NumberedSet set -> node.set(set.number(), set.set());
      case FqdnRecord.LearnedAddress learned -> node.learned(learned.address(), learned.identity());
      case null -> {
        String[] key = change.key().split("/", 2);
        if (key[0].equals("set")) {
          node.setGone(Integer.parseInt(key[1]));
        } else {
          node.learned(IpAddress.parse(key[1]), 0);
        }
      }
    }
  }

  private void follow(Change<ClusterRecord> change) {
    if (change.kind() == ClusterRecord.Endpoint.class) {
      if (change.isRemoval()) {
        endpoints.remove(change.key());
      } else {
        endpoints.put(change.key(), (ClusterRecord.Endpoint) change.value());
      }
    }
  }

  private Set<Integer> identities(String node) {
    return endpoints.values().stream()
        .filter(endpoint -> endpoint.node().equals(node))
        .map(ClusterRecord.Endpoint::identity)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A fold of the node that is given everything at once, as after a restart. */
  public NodeFold fresh(String node) {
    NodeFold fresh = nameless(node);
    names.rows().forEach(row -> named(Change.upsert(FqdnRecord.class, row.key(), row), fresh));
    return fresh;
  }

  /** A fold of the node that is given what is desired, and nothing of names. */
  public NodeFold nameless(String node) {
    NodeFold fresh = NodeFold.empty(node);
    policy.image().forEach(fresh::apply);
    fresh.local(identities(node));
    return fresh;
  }

  public NodeFold node(String name) {
    return nodes.get(name);
  }

  public Set<String> nodes() {
    return nodes.keySet();
  }

  public PolicyFold policy() {
    return policy;
  }

  public ClusterFold cluster() {
    return cluster;
  }

  /** The endpoint of a pod. */
  public Optional<ClusterRecord.Endpoint> endpoint(String namespace, String pod) {
    return Optional.ofNullable(endpoints.get(namespace + "/" + pod));
  }

  public java.util.Collection<ClusterRecord.Endpoint> endpoints() {
    return endpoints.values();
  }
}
