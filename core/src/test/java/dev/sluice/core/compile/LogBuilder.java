package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a log of objects with what identity-stream would have derived from each record. */
final class LogBuilder {
  /** One record and what it caused. */
  record Entry(ObjectEvent event, List<Change<ClusterRecord>> changes) {}

  static final long BASE = 1000;

  private final List<Entry> entries = new ArrayList<>();
  private final TreeMap<String, ClusterRecord.Identity> identities = new TreeMap<>();
  private final TreeMap<String, ClusterRecord.Endpoint> endpoints = new TreeMap<>();
  private int nextIdentity = 256;
  private long nextEndpoint = 1;

  /** A log that has begun and listed every required kind. */
  static LogBuilder whole() {
    LogBuilder log = new LogBuilder().genesis();
    return log.synced();
  }

  LogBuilder genesis() {
    return add(
        ObjectEvent.Type.GENESIS, new ObjectKey("Genesis", "", "log"), "", Map.of(), List.of());
  }

  LogBuilder synced() {
    PolicyFold.REQUIRED_KINDS.stream()
        .sorted()
        .forEach(
            kind ->
                add(ObjectEvent.Type.SYNCED, new ObjectKey(kind, "", ""), "", Map.of(), List.of()));
    return this;
  }

  LogBuilder policy(String namespace, String name, Map<String, Object> spec) {
    return policy(namespace, name, name + ".yaml:1", Map.of("spec", spec));
  }

  LogBuilder policy(String namespace, String name, String who, Map<String, Object> body) {
    ObjectKey key = new ObjectKey("CiliumNetworkPolicy", namespace, name);
    return add(ObjectEvent.Type.ADDED, key, who, body, List.of());
  }

  LogBuilder deletePolicy(String namespace, String name) {
    ObjectKey key = new ObjectKey("CiliumNetworkPolicy", namespace, name);
    return add(ObjectEvent.Type.DELETED, key, "", Map.of(), List.of());
  }

  /** The settings of the cluster. */
  LogBuilder settings(Map<String, Object> spec) {
    return settings(ObjectEvent.Type.MODIFIED, spec);
  }

  LogBuilder deleteSettings() {
    return settings(ObjectEvent.Type.DELETED, Map.of());
  }

  private LogBuilder settings(ObjectEvent.Type type, Map<String, Object> spec) {
    return add(type, ClusterSettings.KEY, "settings.yaml:1", Map.of("spec", spec), List.of());
  }

  /** A pod without an owner. */
  LogBuilder pod(String namespace, String name, String... labels) {
    return ownedPod(namespace, name, "", "", labels);
  }

  /**
   * A pod; its identity is made when it is the first one with these labels.
   *
   * @param labels {@code app=web}
   */
  LogBuilder ownedPod(
      String namespace, String name, String kind, String workload, String... labels) {
    List<Change<ClusterRecord>> changes = new ArrayList<>();
    LabelSet set = labels(namespace, labels);
    ClusterRecord.Identity identity = identities.get(set.canonical());
    if (identity == null) {
      identity = new ClusterRecord.Identity(nextIdentity++, set);
      identities.put(identity.key(), identity);
      changes.add(Change.upsert(ClusterRecord.Identity.class, identity.key(), identity));
    }
    long id = nextEndpoint++;
    IpAddress ip = IpAddress.v4(0x0a000000).plus(10 + id);
    ClusterRecord.Endpoint endpoint =
        new ClusterRecord.Endpoint(
            id,
            namespace,
            name,
            "uid-" + id,
            "node-1",
            List.of(ip),
            identity.number(),
            set,
            kind,
            workload,
            List.of());
    endpoints.put(endpoint.key(), endpoint);
    changes.add(Change.upsert(ClusterRecord.Endpoint.class, endpoint.key(), endpoint));
    Prefix prefix = ip.single();
    changes.add(
        Change.upsert(
            ClusterRecord.Address.class,
            prefix.toString(),
            new ClusterRecord.Address(
                prefix, identity.number(), "node-1", List.of(), id, namespace, name)));
    return add(
        ObjectEvent.Type.ADDED, new ObjectKey("Pod", namespace, name), "", Map.of(), changes);
  }

  /** Takes a pod away; its identity stays. */
  LogBuilder deletePod(String namespace, String name) {
    ClusterRecord.Endpoint endpoint = endpoints.remove(namespace + "/" + name);
    String address = endpoint.addresses().getFirst().single().toString();
    return add(
        ObjectEvent.Type.DELETED,
        new ObjectKey("Pod", namespace, name),
        "",
        Map.of(),
        List.of(
            Change.remove(ClusterRecord.Address.class, address),
            Change.remove(ClusterRecord.Endpoint.class, endpoint.key())));
  }

  /** Releases an identity, as after its grace. */
  LogBuilder release(String namespace, String... labels) {
    return release(identities.get(labels(namespace, labels).canonical()));
  }

  LogBuilder release(ClusterRecord.Identity identity) {
    identities.remove(identity.key());
    return add(
        ObjectEvent.Type.BOOKMARK,
        new ObjectKey("Pod", "", ""),
        "",
        Map.of(),
        List.of(Change.remove(ClusterRecord.Identity.class, identity.key())));
  }

  static LabelSet labels(String namespace, String... labels) {
    List<Label> all = new ArrayList<>();
    all.add(Label.k8s("io.kubernetes.pod.namespace", namespace));
    for (String label : labels) {
      all.add(Label.parse("k8s:" + label));
    }
    return LabelSet.of(all);
  }

  LogBuilder add(
      ObjectEvent.Type type,
      ObjectKey key,
      String who,
      Map<String, Object> body,
      List<Change<ClusterRecord>> changes) {
    long offset = entries.size();
    entries.add(
        new Entry(
            new ObjectEvent(offset, type, key, "", "", "", offset * 1000, who, 1, BASE, body),
            List.copyOf(changes)));
    return this;
  }

  List<Entry> entries() {
    return entries;
  }

  int size() {
    return entries.size();
  }

  /** The number of a label set that some pod has had. */
  int identity(String namespace, String... labels) {
    return identities.get(labels(namespace, labels).canonical()).number();
  }

  /** A fold of everything written. */
  PolicyFold fold() {
    PolicyFold fold = PolicyFold.empty();
    entries.forEach(entry -> fold.apply(entry.event(), entry.changes()));
    return fold;
  }

  /** The step of the last record. */
  PolicyStep last() {
    PolicyFold fold = PolicyFold.empty();
    PolicyStep step = null;
    for (Entry entry : entries) {
      step = fold.apply(entry.event(), entry.changes());
    }
    return step;
  }
}
