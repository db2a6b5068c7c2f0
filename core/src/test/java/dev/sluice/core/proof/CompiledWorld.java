package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
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
  private final Map<String, NodeFold> nodes = new TreeMap<>();
  private final Map<String, ClusterRecord.Endpoint> endpoints = new TreeMap<>();

  private CompiledWorld(Set<String> names) {
    names.forEach(name -> nodes.put(name, NodeFold.empty(name)));
  }

  /** Folds a log, a record at a time, flattening on every node after each. */
  public static CompiledWorld of(List<ObjectEvent> log) {
    CompiledWorld world = new CompiledWorld(Set.of("node-1", "node-2"));
    log.forEach(world::apply);
    return world;
  }

  private void apply(ObjectEvent event) {
    ClusterStep step = cluster.apply(event);
    step.changes().forEach(this::follow);
    PolicyStep compiled = policy.apply(event, step.changes());
    nodes.forEach(
        (name, node) -> {
          compiled.desired().forEach(node::apply);
          node.local(identities(name));
          node.plan();
          node.realised();
        });
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

  /** A fold of the node that is given what is desired at once, as after a restart. */
  public NodeFold fresh(String node) {
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
