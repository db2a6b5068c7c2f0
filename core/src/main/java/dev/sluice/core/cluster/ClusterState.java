package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cluster as the records so far describe it, and the rows that follow from it. Each method
 * takes one fact and refreshes the rows that depend on it, and no others: a pod costs its own rows,
 * a namespace its pods', a node the addresses on it. Identities are numbered once the world is
 * whole, pods in the order in which they came, so that labels which a later record of the first
 * listing changes get no number.
 */
final class ClusterState {
  private static final class Pod {
    private final PodFacts facts;
    private final long endpoint;
    private LabelSet labels; // null before the world is whole

    private Pod(PodFacts facts, long endpoint, LabelSet labels) {
      this.facts = facts;
      this.endpoint = endpoint;
      this.labels = labels;
    }
  }

  private final String cluster;
  private final IdentityBook numbers;
  private final AddressClaims claims = new AddressClaims();
  private final PrefixBook prefixes = new PrefixBook();
  private final PeerUses uses = new PeerUses(prefixes);
  private final PeerObjects peers = new PeerObjects(uses);
  private final ClusterRows rows = new ClusterRows();
  private final AddressRows addresses;
  private final TreeMap<String, SortedMap<String, String>> namespaces = new TreeMap<>();
  private final TreeMap<String, NodeFacts> nodes = new TreeMap<>();
  private final Map<String, Pod> pods = new HashMap<>();
  private final Map<String, TreeSet<String>> podsOfNamespace = new HashMap<>();
  private final TreeMap<String, TreeSet<String>> podsOfNode = new TreeMap<>();
  private long timeMillis;
  private long lastEndpoint;
  private boolean whole;
  private boolean keepsReplaced;

  ClusterState(String cluster) {
    this.cluster = cluster;
    this.numbers = new IdentityBook(rows);
    this.addresses = new AddressRows(claims, prefixes, numbers, rows, owners());
  }

  ClusterState(ClusterSnapshot snapshot, boolean whole) {
    this.cluster = snapshot.cluster();
    this.timeMillis = snapshot.timeMillis();
    this.lastEndpoint = snapshot.lastEndpoint();
    this.numbers = new IdentityBook(rows, snapshot.nextNumbers(), snapshot.identities());
    this.addresses = new AddressRows(claims, prefixes, numbers, rows, owners());
    this.peers.restore(snapshot.peers());
    this.namespaces.putAll(snapshot.namespaces());
    snapshot.nodes().forEach(node -> nodes.put(node.name(), node));
    snapshot.claims().forEach(claims::claim);
    snapshot.pods().forEach(pod -> enter(new Pod(pod.facts(), pod.endpoint(), null), null));
    if (whole) {
      becomeWhole();
      rows.drain();
    }
  }

  ClusterSnapshot snapshot(LogGate.State gate) {
    return new ClusterSnapshot(
        gate,
        cluster,
        timeMillis,
        lastEndpoint,
        numbers.next(),
        numbers.held(),
        new TreeMap<>(namespaces),
        List.copyOf(nodes.values()),
        new TreeMap<>(pods)
            .values().stream()
                .map(pod -> new ClusterSnapshot.PodEntry(pod.facts, pod.endpoint))
                .toList(),
        claims.all(),
        peers.snapshot());
  }

  /** What changed since the last call; every change at once after {@link #becomeWhole}. */
  List<Change<ClusterRecord>> drain() {
    return rows.drain();
  }

  List<Change<ClusterRecord>> image() {
    return rows.image();
  }

  /** Moves log time, which never goes back. */
  void advance(long eventMillis) {
    timeMillis = Math.max(timeMillis, eventMillis);
  }

  /** Gives up the identities whose grace is over. */
  void expireIdentities() {
    numbers.expire(timeMillis);
  }

  /** Every required kind has been listed: numbers the pods and derives all rows. */
  void becomeWhole() {
    whole = true;
    if (keepsReplaced) {
      peers.keepReplaced();
    }
    numbers.write();
    pods.values().stream()
        .sorted(Comparator.comparingLong(pod -> pod.endpoint))
        .forEach(this::identify);
    uses.takeTouched();
    uses.takeTouchedForEveryone();
    TreeSet<Prefix> all = new TreeSet<>();
    addresses.all(all);
    all.forEach(this::refreshAddress);
  }

  /**
   * Folds a record of an object that may name prefixes, and relabels whoever lies in them.
   *
   * @param waiting policies whose newest version was not accepted before this record
   */
  void peers(ObjectEvent event, boolean gone, Set<ObjectKey> waiting) {
    peers.fold(event, gone, waiting);
    refreshUsers();
  }

  /**
   * From now on a version of a policy that another one replaces counts until {@link #release}; but
   * only in a whole world, before which nobody can say what is accepted.
   */
  void keepReplaced() {
    keepsReplaced = true;
    if (whole) {
      peers.keepReplaced();
    }
  }

  /** Forgets replaced versions of policies, but for those whose newest version waits. */
  void release(Set<ObjectKey> waiting) {
    if (peers.release(waiting)) {
      refreshUsers();
    }
  }

  private void refreshUsers() {
    if (!whole) {
      return;
    }
    TreeSet<Prefix> touched = new TreeSet<>();
    TreeMap<Long, Pod> inside = new TreeMap<>();
    for (Prefix prefix : uses.takeTouchedForEveryone()) {
      for (AddressClaim claim : claims.inside(prefix)) {
        touched.add(claim.prefix());
        if (claim.claimant() == AddressClaim.Claimant.POD) {
          Pod pod = pods.get(claim.owner());
          inside.put(pod.endpoint, pod);
        }
      }
    }
    for (Prefix prefix : uses.takeTouched()) {
      touched.add(prefix);
      touched.addAll(prefixes.inside(prefix));
    }
    inside.values().forEach(pod -> relabel(pod, labels(pod)).forEach(touched::add));
    touched.forEach(this::refreshAddress);
  }

  void namespace(String name, SortedMap<String, String> labels) {
    if (!labels.equals(namespaces.put(name, labels))) {
      relabelPods(name);
    }
  }

  void namespaceGone(String name) {
    if (namespaces.remove(name) != null) {
      relabelPods(name);
    }
  }

  void node(NodeFacts node, long offset) {
    NodeFacts old = nodes.put(node.name(), node);
    if (node.equals(old)) {
      return;
    }
    Set<Prefix> touched = old == null ? new TreeSet<>() : withdraw(old, node);
    for (Prefix prefix : node.ownAddresses()) {
      claims.claim(new AddressClaim(prefix, AddressClaim.Claimant.NODE, node.name(), offset));
      touched.add(prefix);
    }
    for (Prefix prefix : node.podCidrs()) {
      claims.claim(new AddressClaim(prefix, AddressClaim.Claimant.POD_CIDR, node.name(), offset));
      touched.add(prefix);
      touched.addAll(prefixes.inside(prefix));
    }
    refreshNode(node.name(), touched);
  }

  void nodeGone(String name) {
    NodeFacts old = nodes.remove(name);
    if (old != null) {
      refreshNode(name, withdraw(old, new NodeFacts(name, List.of(), List.of())));
    }
  }

  void pod(PodFacts facts, long offset) {
    Pod old = pods.get(facts.key());
    if (old != null && old.facts.equals(facts)) {
      return;
    }
    boolean same = old != null && old.facts.uid().equals(facts.uid());
    List<Prefix> had = old == null ? List.of() : prefixes(old.facts);
    List<Prefix> has = prefixes(facts);
    List<Prefix> keeps = same ? has : List.of(); // with the places in the log that the claims have
    withdraw(facts.key(), had, keeps);
    Pod pod = new Pod(facts, same ? old.endpoint : ++lastEndpoint, null);
    enter(pod, old);
    for (Prefix prefix : has) {
      if (!same || !had.contains(prefix)) {
        claims.claim(new AddressClaim(prefix, AddressClaim.Claimant.POD, facts.key(), offset));
      }
    }
    if (whole) {
      identify(pod);
      // After the new set is held: a number that both versions use is not given up in between.
      release(old);
      Set<Prefix> touched = new TreeSet<>(had);
      touched.addAll(has);
      touched.forEach(this::refreshAddress);
    }
  }

  void podGone(String key) {
    Pod old = pods.get(key);
    if (old == null) {
      return;
    }
    leave(old);
    List<Prefix> had = prefixes(old.facts);
    withdraw(key, had, List.of());
    if (whole) {
      rows.remove(ClusterRecord.Endpoint.class, key);
      release(old);
      had.forEach(this::refreshAddress);
    }
  }

  /** Puts a pod where the old version of it was, or where none was. */
  private void enter(Pod pod, Pod old) {
    String key = pod.facts.key();
    pods.put(key, pod);
    if (old == null) {
      podsOfNamespace.computeIfAbsent(pod.facts.namespace(), n -> new TreeSet<>()).add(key);
    }
    if (old == null || !old.facts.node().equals(pod.facts.node())) {
      if (old != null) {
        remove(podsOfNode, old.facts.node(), key);
      }
      podsOfNode.computeIfAbsent(pod.facts.node(), n -> new TreeSet<>()).add(key);
    }
  }

  private void leave(Pod pod) {
    String key = pod.facts.key();
    pods.remove(key);
    remove(podsOfNamespace, pod.facts.namespace(), key);
    remove(podsOfNode, pod.facts.node(), key);
  }

  private static void remove(Map<String, TreeSet<String>> sets, String of, String key) {
    TreeSet<String> others = sets.get(of);
    others.remove(key);
    if (others.isEmpty()) {
      sets.remove(of);
    }
  }

  private void withdraw(String pod, List<Prefix> had, List<Prefix> except) {
    for (Prefix prefix : had) {
      if (!except.contains(prefix)) {
        claims.withdraw(prefix, AddressClaim.Claimant.POD, pod);
      }
    }
  }

  /** Withdraws what the old version claims and the new one does not; returns all the old claims. */
  private Set<Prefix> withdraw(NodeFacts old, NodeFacts now) {
    List<Prefix> own = new ArrayList<>(old.ownAddresses());
    own.removeAll(now.ownAddresses());
    own.forEach(p -> claims.withdraw(p, AddressClaim.Claimant.NODE, old.name()));
    List<Prefix> cidrs = new ArrayList<>(old.podCidrs());
    cidrs.removeAll(now.podCidrs());
    cidrs.forEach(p -> claims.withdraw(p, AddressClaim.Claimant.POD_CIDR, old.name()));
    Set<Prefix> touched = new TreeSet<>(old.ownAddresses());
    touched.addAll(old.podCidrs());
    old.podCidrs().forEach(cidr -> touched.addAll(prefixes.inside(cidr)));
    return touched;
  }

  /** The pods' address rows carry the node's underlay addresses. */
  private void refreshNode(String name, Set<Prefix> touched) {
    if (whole) {
      touched.forEach(this::refreshAddress);
      for (String key : podsOfNode.getOrDefault(name, new TreeSet<>())) {
        prefixes(pods.get(key).facts).forEach(this::refreshAddress);
      }
    }
  }

  private void relabelPods(String namespace) {
    if (!whole) {
      return;
    }
    // Pods of one namespace that were alike stay alike: their labels are made once.
    Map<LabelSet, LabelSet> alike = new HashMap<>();
    for (String key : podsOfNamespace.getOrDefault(namespace, new TreeSet<>())) {
      Pod pod = pods.get(key);
      relabel(pod, alike.computeIfAbsent(pod.labels, unused -> labels(pod)))
          .forEach(this::refreshAddress);
    }
  }

  /** Gives a pod the labels that it should have; returns its addresses when those are others. */
  private List<Prefix> relabel(Pod pod, LabelSet labels) {
    LabelSet old = pod.labels;
    identify(pod, labels);
    numbers.release(IdentityScope.PODS, old, timeMillis);
    return old.equals(pod.labels) ? List.of() : prefixes(pod.facts);
  }

  /** Takes the pod's number and derives its identity and endpoint rows. */
  private void identify(Pod pod) {
    identify(pod, labels(pod));
  }

  private LabelSet labels(Pod pod) {
    PodFacts facts = pod.facts;
    return PodLabels.of(
        facts,
        namespaces.getOrDefault(facts.namespace(), Collections.emptySortedMap()),
        cluster,
        prefixes.everyone(prefixes(facts)));
  }

  private void identify(Pod pod, LabelSet labels) {
    PodFacts facts = pod.facts;
    pod.labels = labels;
    int number = numbers.acquire(IdentityScope.PODS, pod.labels);
    rows.put(
        new ClusterRecord.Endpoint(
            pod.endpoint,
            facts.namespace(),
            facts.name(),
            facts.uid(),
            facts.node(),
            facts.addresses(),
            number,
            pod.labels,
            facts.workloadKind(),
            facts.workload(),
            facts.namedPorts(),
            facts.audit()));
  }

  private void release(Pod old) {
    if (old != null) {
      numbers.release(IdentityScope.PODS, old.labels, timeMillis);
    }
  }

  private void refreshAddress(Prefix prefix) {
    addresses.refresh(prefix, timeMillis);
  }

  private AddressRows.Owners owners() {
    return new AddressRows.Owners() {
      @Override
      public ClusterRecord.Address pod(AddressClaim claim) {
        Pod pod = pods.get(claim.owner());
        return new ClusterRecord.Address(
            claim.prefix(),
            numbers.number(IdentityScope.PODS, pod.labels),
            pod.facts.node(),
            underlay(pod.facts.node()),
            pod.endpoint,
            pod.facts.namespace(),
            pod.facts.name(),
            pod.facts.audit(),
            0,
            pod.facts.workloadKind(),
            pod.facts.workload());
      }

      @Override
      public List<IpAddress> underlay(String node) {
        NodeFacts facts = nodes.get(node);
        return facts == null ? List.of() : facts.underlay();
      }
    };
  }

  private static List<Prefix> prefixes(PodFacts facts) {
    List<Prefix> prefixes = new ArrayList<>(facts.addresses().size());
    facts.addresses().forEach(address -> prefixes.add(address.single()));
    return prefixes;
  }
}
