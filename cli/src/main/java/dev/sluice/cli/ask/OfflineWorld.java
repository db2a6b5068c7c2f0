package dev.sluice.cli.ask;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.compile.ObjectFinding;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.PrefixBases;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.NodeFold;
import dev.sluice.core.node.PolicyLookup;
import dev.sluice.core.node.RuleBook;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.L7Text;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.world.FolderWorld;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A cluster in memory, made of manifests by the very folds that the running system uses:
 *
 * <pre>
 *   ManifestFile ─► FolderWorld ─► ObjectEvent ─► ClusterFold ─► PolicyFold ─► NodeFold
 *                   pods, places    the log        identities     desired       kernel entries
 * </pre>
 *
 * <p>All pods are on one node as far as policy entries go, so that every subject has its own. Built
 * once, then only asked; for one thread.
 */
final class OfflineWorld {
  private final Map<ObjectKey, Manifest> manifests = new HashMap<>();
  private final TreeSet<Finding> findings = new TreeSet<>();
  private final List<ObjectEvent> events;
  private final TreeMap<String, ClusterRecord.Endpoint> pods = new TreeMap<>();
  private final List<ClusterRecord.Address> addresses = new ArrayList<>();
  private final TreeMap<Integer, DesiredRecord.SubjectPolicy> subjects = new TreeMap<>();
  private final TreeMap<String, DesiredRecord.Selector> selectors = new TreeMap<>();
  private final Map<Integer, TreeSet<String>> selecting = new HashMap<>();
  private final Map<Integer, List<ClusterRecord.NamedPort>> namedPorts = new HashMap<>();
  private final NodeFold node = NodeFold.empty("");
  private ClusterSettings settings = ClusterSettings.DEFAULT;
  private PolicyLookup lookup;

  private OfflineWorld(List<ManifestFile> files) {
    FolderWorld folder = FolderWorld.asked();
    Set<String> required = new TreeSet<>(ClusterFold.REQUIRED_KINDS);
    required.addAll(PolicyFold.REQUIRED_KINDS);
    events = ObjectLine.of(folder.first(MissingNodes.add(files)), required);
    ClusterFold cluster = ClusterFold.empty();
    PolicyFold policy = PolicyFold.empty();
    for (ObjectEvent event : events) {
      ClusterStep step = cluster.apply(event);
      step.changes().forEach(this::derived);
      policy.apply(event, step.changes()).desired().forEach(this::desired);
    }
    files.forEach(file -> file.manifests().forEach(m -> manifests.putIfAbsent(m.key(), m)));
    folder.problems().forEach(problem -> findings.add(finding(problem)));
    policy.findings().forEach(found -> findings.add(finding(found)));
    quietWithoutPods();
  }

  static OfflineWorld of(List<ManifestFile> files) {
    return new OfflineWorld(files);
  }

  private void derived(Change<ClusterRecord> change) {
    switch (change.value()) {
      case ClusterRecord.Endpoint endpoint -> pods.put(endpoint.key(), endpoint);
      case ClusterRecord.Address address -> addresses.add(address);
      case ClusterRecord.Identity unused -> {}
      case null -> throw new IllegalStateException("nothing goes in the first step: " + change);
    }
  }

  private void desired(Change<DesiredRecord> change) {
    node.apply(change);
    switch (change.value()) {
      case DesiredRecord.SubjectPolicy subject -> subjects.put(subject.identity(), subject);
      case DesiredRecord.Selector selector -> selectors.put(selector.id(), selector);
      case DesiredRecord.Member member ->
          selecting
              .computeIfAbsent(member.identity(), number -> new TreeSet<>())
              .add(member.selector());
      case DesiredRecord.IdentityPorts ports -> namedPorts.put(ports.identity(), ports.ports());
      case DesiredRecord.IdentityLabels unused -> {}
      case DesiredRecord.DesiredAddress unused -> {}
      case DesiredRecord.Settings(ClusterSettings said) -> settings = said;
      case ServiceRow unused -> {}
      case null -> throw new IllegalStateException("nothing goes in the first step: " + change);
    }
  }

  /**
   * Takes in what DNS is to have said: an address outside the cluster gets an identity that the
   * selectors of its names select too, as the running system has one for each set of them. Before
   * the first question.
   */
  void learn(Map<String, List<IpAddress>> names) {
    NameSelectors asked = new NameSelectors();
    selectors.forEach(
        (id, selector) -> NameSelectors.read(selector.text()).ifPresent(one -> asked.put(id, one)));
    TreeMap<IpAddress, TreeSet<String>> learned = new TreeMap<>();
    names.forEach(
        (name, given) ->
            given.forEach(
                address ->
                    learned
                        .computeIfAbsent(address, unused -> new TreeSet<>())
                        .addAll(asked.selecting(name))));
    int identity = IdentityScope.NAMES.first();
    for (Map.Entry<IpAddress, TreeSet<String>> one : learned.entrySet()) {
      int base = covering(one.getKey()).identity();
      if (one.getValue().isEmpty() || !PrefixBases.isOutside(base)) {
        continue;
      }
      one.getValue().addAll(selecting(base));
      for (String selector : one.getValue()) {
        DesiredRecord.Member member = new DesiredRecord.Member(selector, identity);
        desired(Change.upsert(DesiredRecord.class, member.key(), member));
      }
      addresses.add(
          new ClusterRecord.Address(one.getKey().single(), identity++, "", List.of(), 0, "", ""));
    }
  }

  private static Finding finding(Problem problem) {
    return new Finding(
        problem.severity().name().toLowerCase(Locale.ROOT),
        problem.code(),
        problem.object(),
        problem.file(),
        problem.line(),
        problem.path(),
        problem.message());
  }

  private Finding finding(ObjectFinding found) {
    Place place = place(found.object(), found.finding().path());
    return new Finding(
        found.finding().severity().name().toLowerCase(Locale.ROOT),
        found.finding().code(),
        found.object(),
        place.file(),
        place.line(),
        found.finding().path(),
        found.finding().message());
  }

  /** Without a single pod nothing can be selected: then that is not the policies' fault. */
  private void quietWithoutPods() {
    if (pods.isEmpty() && findings.removeIf(one -> PolicyFold.NEEDS_PODS.contains(one.code()))) {
      findings.add(
          new Finding(
              "note",
              "no-pods",
              new ObjectKey("Manifest", "", ""),
              "",
              0,
              "",
              "there is no pod among the manifests: whom selectors select is not checked"));
    }
  }

  /**
   * A place in the user's files.
   *
   * @param line from 1; 0 when it is not known
   */
  record Place(String file, int line) {
    @Override
    public String toString() {
      return line > 0 ? file + ":" + line : file;
    }
  }

  /** Where a field of an object stands. */
  Place place(ObjectKey object, String path) {
    Manifest manifest = manifests.get(object);
    return manifest == null
        ? new Place("", 0)
        : new Place(manifest.file(), manifest.lines().of(path));
  }

  /** Everything to tell about the manifests, by place. */
  Collection<Finding> findings() {
    return findings;
  }

  boolean refused() {
    return findings.stream().anyMatch(Finding::refused);
  }

  /** The log that the manifests make. */
  List<ObjectEvent> events() {
    return events;
  }

  /** Pods that have an endpoint, by {@code namespace/name}. */
  SortedMap<String, ClusterRecord.Endpoint> pods() {
    return pods;
  }

  /** Every known address and prefix. */
  List<ClusterRecord.Address> addresses() {
    return addresses;
  }

  /** The narrowest known prefix around an address; the whole world always is one. */
  ClusterRecord.Address covering(IpAddress address) {
    ClusterRecord.Address best = null;
    for (ClusterRecord.Address one : addresses) {
      if (one.prefix().contains(address)
          && (best == null || one.prefix().length() >= best.prefix().length())) {
        best = one;
      }
    }
    if (best == null) {
      throw new IllegalStateException(address + " is in no prefix");
    }
    return best;
  }

  /** The identity that a packet from or to an address has, seen on a pod's node. */
  int identity(IpAddress address, ClusterRecord.Endpoint seenBy) {
    ClusterRecord.Address found = covering(address);
    boolean own = found.node().equals(seenBy.node());
    if (own && found.ownIdentity() != 0) {
      return found.ownIdentity();
    }
    return own && found.identity() == ReservedIdentity.REMOTE_NODE.number()
        ? ReservedIdentity.HOST.number()
        : found.identity();
  }

  /** What a pod's identity is allowed. */
  Optional<DesiredRecord.SubjectPolicy> subject(int identity) {
    return Optional.ofNullable(subjects.get(identity));
  }

  /** Canonical text of a selector in use. */
  String selector(String id) {
    return selectors.get(id).text();
  }

  /** The ids of the selectors that select an identity. */
  Set<String> selecting(int identity) {
    return selecting.getOrDefault(identity, new TreeSet<>());
  }

  /** Whether a pod's egress names a DNS name as a peer. */
  boolean wants(ClusterRecord.Endpoint pod, String name) {
    return egress(pod).stream()
        .filter(rule -> !rule.selector().isEmpty())
        .map(rule -> NameSelectors.read(selector(rule.selector())))
        .anyMatch(selector -> selector.isPresent() && selector.get().matches(name));
  }

  /** Whether a rule lets a pod ask for a DNS name where answers are learned. */
  boolean mayAsk(ClusterRecord.Endpoint pod, String name) {
    return egress(pod).stream()
        .filter(QuestionRules::concerns)
        .anyMatch(
            rule ->
                L7Text.parse(rule.redirect()) instanceof L7Rules.Dns(List<FqdnSelector> names)
                    && names.stream().anyMatch(one -> one.matches(name)));
  }

  private List<DesiredRecord.CompiledRule> egress(ClusterRecord.Endpoint pod) {
    return subject(pod.identity()).map(policy -> policy.egress().rules()).orElse(List.of());
  }

  /** The named ports of all pods with an identity. */
  List<ClusterRecord.NamedPort> namedPorts(int identity) {
    return namedPorts.getOrDefault(identity, List.of());
  }

  /** The policy entries of every subject, as the kernel would have them. */
  PolicyLookup lookup() {
    if (lookup == null) {
      lookup = PolicyLookup.of(node().wanted());
    }
    return lookup;
  }

  /** What holds for all policies. */
  ClusterSettings settings() {
    return settings;
  }

  /** How many policy entries each identity has on a node that one of its pods is on. */
  Map<Integer, Integer> policyMapEntries() {
    Map<Integer, Integer> entries = new HashMap<>();
    for (KernelEntry entry : node().wanted()) {
      if (entry.key() instanceof KernelEntry.PolicyKey policy) {
        entries.merge(policy.subject(), 1, Integer::sum);
      }
    }
    return entries;
  }

  /** The fold of a node on which every pod is. */
  NodeFold node() {
    TreeSet<Integer> local = new TreeSet<>();
    pods.values().forEach(pod -> local.add(pod.identity()));
    node.local(local);
    return node;
  }

  /** What a verdict's cookie means. */
  Optional<RuleBook.Reason> reason(int cookie) {
    return node.rules().find(cookie);
  }
}
