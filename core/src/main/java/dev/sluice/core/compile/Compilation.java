package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.service.ServiceFold;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Identities, endpoints, addresses and policies, and the joins between them: which identity each
 * selector selects, which policies each subject has, which selectors have anyone alive. Each change
 * costs what it joins, and is noted in {@link Touched}. It decides neither revisions nor what is
 * told. Not thread safe; one fold owns it.
 */
final class Compilation {
  private final IdentityIndex identities = new IdentityIndex();
  private final SelectorTable<String> peers = new SelectorTable<>();
  private final SelectorTable<PolicyPart> subjectSelectors = new SelectorTable<>();
  private final TreeMap<Integer, Subject> subjects = new TreeMap<>();
  private final TreeMap<String, CompiledPolicy> policies = new TreeMap<>();
  private final TreeMap<String, ClusterRecord.Endpoint> endpoints = new TreeMap<>();
  private final TreeMap<String, ClusterRecord.Address> addresses = new TreeMap<>();
  private final Map<Integer, Integer> endpointCounts = new HashMap<>();
  private final Workloads workloads = new Workloads();
  private final PortNames portNames = new PortNames();
  private final ServiceUsers serviceUsers = new ServiceUsers();
  private final PeerSelectors selectors;
  private final Namespaces namespaces = new Namespaces();
  private final CutSubjects cutSubjects = new CutSubjects(this);
  private final TreeSet<String> namePolicies = new TreeSet<>();
  private ClusterSettings settings = ClusterSettings.DEFAULT;
  private int denyingSubjects;
  private Touched touched = new Touched();

  /**
   * @param services that policies may name as peers
   */
  Compilation(ServiceFold services) {
    this.selectors = new PeerSelectors(new ServiceBackends(services));
  }

  IdentityIndex identities() {
    return identities;
  }

  SelectorTable<String> peers() {
    return peers;
  }

  SelectorTable<PolicyPart> subjectSelectors() {
    return subjectSelectors;
  }

  Workloads workloads() {
    return workloads;
  }

  Namespaces namespaces() {
    return namespaces;
  }

  CutSubjects cutSubjects() {
    return cutSubjects;
  }

  PortNames portNames() {
    return portNames;
  }

  /** By number. */
  TreeMap<Integer, Subject> subjects() {
    return subjects;
  }

  /** By {@code kind/namespace/name}. */
  TreeMap<String, CompiledPolicy> policies() {
    return policies;
  }

  Collection<ClusterRecord.Endpoint> endpoints() {
    return endpoints.values();
  }

  TreeMap<String, ClusterRecord.Address> addresses() {
    return addresses;
  }

  /** What holds for all policies. */
  ClusterSettings settings() {
    return settings;
  }

  /** Sets what holds for all policies; another mode is another policy for every subject. */
  void settings(ClusterSettings now) {
    ClusterSettings before = settings;
    settings = now;
    touched.settings(before);
    if (now.enforcement() != before.enforcement()) {
      subjects.forEach(touched::subject);
    }
  }

  /** What a subject's policies say now, under the given revision. */
  DesiredRecord.SubjectPolicy compile(Subject subject, long revision) {
    return subject.compile(revision, settings.enforcement());
  }

  /** What was touched since the last call. */
  Touched takeTouched() {
    Touched taken = touched;
    touched = new Touched();
    return taken;
  }

  /** Sets the address of a key, or takes it away when null. */
  void address(String key, ClusterRecord.Address now) {
    touched.address(key, now == null ? addresses.remove(key) : addresses.put(key, now));
  }

  /**
   * Sets the identity of a label set, or takes it away when null; reserved ones stay as they are.
   */
  void identity(String canonical, ClusterRecord.Identity now) {
    Integer before = identities.number(canonical);
    if (before != null && before >= IdentityIndex.FIRST) {
      if (now != null && now.number() == before) {
        return;
      }
      removeIdentity(before);
    }
    if (now != null && now.number() >= IdentityIndex.FIRST) {
      if (identities.labels(now.number()) != null) {
        removeIdentity(now.number());
      }
      addIdentity(now);
    }
  }

  private void addIdentity(ClusterRecord.Identity identity) {
    int number = identity.number();
    identities.add(number, identity.labels());
    for (SelectorTable.Entry<String> entry : peers.selecting(identity.labels())) {
      touched.member(entry.selector().id(), number, false);
      entry.addMembers(1);
    }
    if (isPods(identity)) {
      addSubject(identity);
    } else {
      touched.labels(number, null);
    }
    if (inUse(number)) {
      addLive(identity.labels(), 1);
    }
  }

  /** Addresses of pods that are not there have numbers among the pods', but no endpoint ever. */
  private static boolean isPods(ClusterRecord.Identity identity) {
    return IdentityScope.PODS.has(identity.number())
        && identity.labels().value(Label.K8S, LabelSelector.POD_NAMESPACE).isPresent();
  }

  /** Only pods have policies of their own. */
  private void addSubject(ClusterRecord.Identity identity) {
    int number = identity.number();
    touched.subject(number, subjects.get(number));
    Subject subject = new Subject(number, identity.labels());
    for (SelectorTable.Entry<PolicyPart> entry : subjectSelectors.selecting(identity.labels())) {
      entry.users().forEach(subject::add);
    }
    subjects.put(number, subject);
  }

  private void removeIdentity(int number) {
    LabelSet labels = identities.labels(number);
    if (inUse(number)) {
      addLive(labels, -1);
    }
    for (SelectorTable.Entry<String> entry : peers.selecting(labels)) {
      touched.member(entry.selector().id(), number, true);
      entry.addMembers(-1);
    }
    if (subjects.containsKey(number)) {
      touched.subject(number, subjects.remove(number));
    } else {
      touched.labels(number, labels);
    }
    identities.remove(number);
  }

  /** Sets the endpoint of a pod, or takes it away when null. */
  void endpoint(String key, ClusterRecord.Endpoint now) {
    ClusterRecord.Endpoint before = now == null ? endpoints.remove(key) : endpoints.put(key, now);
    boolean same =
        before != null
            && now != null
            && before.identity() == now.identity()
            && Workloads.of(before).equals(Workloads.of(now))
            && before.namedPorts().equals(now.namedPorts());
    if (same) {
      return;
    }
    if (now != null) {
      count(now, 1);
    }
    if (before != null) {
      count(before, -1);
    }
  }

  private void count(ClusterRecord.Endpoint endpoint, int more) {
    int identity = endpoint.identity();
    DesiredRecord.IdentityPorts portsBefore = portNames.row(identity);
    touched.ports(identity, portsBefore);
    portNames.count(identity, endpoint.namedPorts(), more);
    boolean usedBefore = inUse(identity);
    endpointCounts.merge(identity, more, Integer::sum);
    endpointCounts.remove(identity, 0);
    LabelSet labels = identities.labels(identity);
    if (usedBefore != inUse(identity) && labels != null) {
      addLive(labels, more);
    }
    boolean another = usedBefore != inUse(identity);
    if (labels != null && (another || !Objects.equals(portsBefore, portNames.row(identity)))) {
      touchUsers(labels); // some look at which identities are in use, and at their ports
    }
    if (usedBefore != inUse(identity) && subjects.containsKey(identity)) {
      Subject subject = subjects.get(identity);
      touched.warnings(minding(subject, subject.row()));
    }
    touched.workload(Workloads.of(endpoint));
    for (int other : workloads.count(Workloads.of(endpoint), identity, more)) {
      if (identities.labels(other) != null) {
        touchUsers(identities.labels(other));
      }
    }
  }

  /** Whether anything may have the identity right now: no pod's, or some endpoint's. */
  boolean inUse(int number) {
    return !IdentityScope.PODS.has(number) || endpointCounts.containsKey(number);
  }

  private void addLive(LabelSet labels, int more) {
    for (SelectorTable.Entry<String> entry : peers.selecting(labels)) {
      if (entry.addLive(more)) {
        touched.warnings(entry.users());
      }
    }
    for (SelectorTable.Entry<PolicyPart> entry : subjectSelectors.selecting(labels)) {
      if (entry.addLive(more)) {
        touched.warnings(policiesOf(entry));
      }
    }
  }

  private void touchUsers(LabelSet labels) {
    touched.warnings(users(labels));
  }

  /** The policies of which a selector selects these labels. */
  Set<String> users(LabelSet labels) {
    TreeSet<String> users = new TreeSet<>();
    peers.selecting(labels).forEach(entry -> users.addAll(entry.users()));
    subjectSelectors.selecting(labels).forEach(entry -> users.addAll(policiesOf(entry)));
    return users;
  }

  /** Notes policies about which there may be something else to tell. */
  void tell(Set<String> texts) {
    touched.warnings(texts);
  }

  /**
   * A subject was compiled, or is gone.
   *
   * @param now null when it is gone
   * @return the policies about which there may be something else to tell
   */
  Set<String> compiled(
      int number, DesiredRecord.SubjectPolicy before, DesiredRecord.SubjectPolicy now) {
    TreeSet<String> texts = new TreeSet<>(cutSubjects.compiled(number, before, now));
    denyingSubjects += (denies(now).isEmpty() ? 0 : 1) - (denies(before).isEmpty() ? 0 : 1);
    Subject subject = subjects.get(number);
    if (subject != null && before != null && now != null) {
      if (!denies(before).equals(denies(now))) {
        subject.parts().forEach(part -> texts.add(part.policy()));
      } else if (!before.egress().equals(now.egress())) {
        texts.addAll(asking(subject));
      }
    } else if (subject != null && now != null) {
      texts.addAll(minding(subject, now));
    }
    return texts;
  }

  /** The policies of a subject about which something is told that depends on whom they select. */
  private Set<String> minding(Subject subject, DesiredRecord.SubjectPolicy row) {
    TreeSet<String> texts = new TreeSet<>(asking(subject));
    if (row != null) {
      texts.addAll(cutSubjects.cutting(row));
      if (denyingSubjects > 0) {
        // Where something is left of an allow, or nothing, hangs on every subject of its policy.
        subject.parts().forEach(part -> texts.add(part.policy()));
      }
    }
    return texts;
  }

  private Set<String> asking(Subject subject) {
    TreeSet<String> texts = new TreeSet<>();
    if (!namePolicies.isEmpty()) {
      subject.parts().stream()
          .map(PolicyPart::policy)
          .filter(namePolicies::contains)
          .forEach(texts::add);
    }
    return texts;
  }

  private static List<DesiredRecord.CompiledRule> denies(DesiredRecord.SubjectPolicy row) {
    if (row == null) {
      return List.of();
    }
    return Stream.concat(row.ingress().rules().stream(), row.egress().rules().stream())
        .filter(rule -> rule.verdict() == DesiredRecord.RuleVerdict.DENY)
        .toList();
  }

  private static List<String> policiesOf(SelectorTable.Entry<PolicyPart> entry) {
    return entry.users().stream().map(PolicyPart::policy).toList();
  }

  /** A version of a policy taken apart, without accepting it. */
  CompiledPolicy compiled(Policy policy) {
    return CompiledPolicy.of(policy, selectors);
  }

  /** Sets the accepted version of a policy. */
  void policy(CompiledPolicy policy) {
    policy(policy.text(), policy);
  }

  /** Takes a policy away; one that is not there is nothing. */
  void policyGone(ObjectKey key) {
    policy(key.toString(), null);
  }

  /**
   * Services changed, by {@code namespace/name}: compiles again what they mean something else to.
   */
  void services(Set<String> changed) {
    for (String text : serviceUsers.of(changed)) {
      CompiledPolicy held = policies.get(text);
      CompiledPolicy again = compiled(held.policy());
      if (!again.equals(held)) {
        policy(text, again);
      }
    }
  }

  private void policy(String text, CompiledPolicy now) {
    CompiledPolicy before = now == null ? policies.remove(text) : policies.put(text, now);
    if (now == null && before == null) {
      return;
    }
    touched.policy(text);
    namePolicies.remove(text);
    if (now != null && NameCheck.asksForNames(now.policy())) {
      namePolicies.add(text);
    }
    if (before != null) {
      before.peers().values().forEach(selector -> namespaces.release(selector, text));
      serviceUsers.remove(text, before.policy());
    }
    if (now != null) {
      now.peers().values().forEach(selector -> namespaces.use(selector, text));
      serviceUsers.add(text, now.policy());
    }
    Set<String> keptPeers = new TreeSet<>();
    if (now != null) {
      keptPeers.addAll(now.peers().keySet());
      now.peers().values().forEach(selector -> usePeer(selector, text));
    }
    if (before != null) {
      before.parts().forEach(this::removePart);
      before.peers().values().stream()
          .filter(selector -> !keptPeers.contains(selector.id()))
          .forEach(selector -> releasePeer(selector, text));
    }
    if (now != null) {
      now.parts().forEach(this::addPart);
    }
  }

  private void addPart(PolicyPart part) {
    List<Integer> selected = identities.select(part.subject());
    boolean first = subjectSelectors.get(part.subject().id()) == null;
    SelectorTable.Entry<PolicyPart> entry = subjectSelectors.use(part.subject(), part);
    if (first) {
      entry.addLive(live(selected));
    }
    for (int number : selected) {
      Subject subject = subjects.get(number);
      if (subject != null) {
        touched.subject(number, subject);
        subject.add(part);
      }
    }
  }

  private void removePart(PolicyPart part) {
    subjectSelectors.release(part.subject(), part);
    for (int number : identities.select(part.subject())) {
      Subject subject = subjects.get(number);
      if (subject != null) {
        touched.subject(number, subject);
        subject.remove(part);
      }
    }
  }

  private void usePeer(LabelSelector selector, String policy) {
    touched.selector(selector.id(), selectorRow(selector.id()));
    boolean first = peers.get(selector.id()) == null;
    SelectorTable.Entry<String> entry = peers.use(selector, policy);
    if (first) {
      List<Integer> selected = identities.select(selector);
      entry.addLive(live(selected));
      entry.addMembers(selected.size());
      selected.forEach(number -> touched.member(selector.id(), number, false));
    }
  }

  private void releasePeer(LabelSelector selector, String policy) {
    touched.selector(selector.id(), selectorRow(selector.id()));
    peers.release(selector, policy);
    if (peers.get(selector.id()) == null) {
      identities.select(selector).forEach(number -> touched.member(selector.id(), number, true));
    }
  }

  private int live(List<Integer> selected) {
    return (int) selected.stream().filter(this::inUse).count();
  }

  /** The row of a selector; null when nobody uses it. */
  DesiredRecord.Selector selectorRow(String id) {
    SelectorTable.Entry<String> entry = peers.get(id);
    return entry == null
        ? null
        : new DesiredRecord.Selector(id, entry.selector().text(), List.copyOf(entry.users()));
  }

  /** The row of an identity that comes and goes and is no pod's; null when there is none. */
  DesiredRecord.IdentityLabels labelsRow(int number) {
    LabelSet labels = identities.labels(number);
    return labels == null || subjects.containsKey(number)
        ? null
        : new DesiredRecord.IdentityLabels(number, labels);
  }

  /** Whether a selector is in use and selects a live identity. */
  boolean isMember(String selector, int identity) {
    SelectorTable.Entry<String> entry = peers.get(selector);
    LabelSet labels = identities.labels(identity);
    return entry != null && labels != null && entry.selector().matches(labels);
  }
}
