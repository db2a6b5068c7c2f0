package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.SystemPolicy;
import dev.sluice.core.service.ServiceFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Identities, endpoints, addresses and policies, and the joins between them: which identity each
 * selector selects, which policies each subject has, which selectors have anyone alive. Each change
 * costs what it joins, and is noted in {@link Touched}. It decides neither revisions nor what is
 * told. Not thread safe; one fold owns it.
 */
final class Compilation {
  private final Work work = new Work();
  private ClusterSettings settings = ClusterSettings.DEFAULT;
  private final IdentityIndex identities = new IdentityIndex(work);
  private final LabelIndex<Integer> used = new LabelIndex<>(work);
  private final SelectorTable<String> peers = new SelectorTable<>(policy -> policy, work);
  private final SelectorTable<PolicyPart> subjectSelectors =
      new SelectorTable<>(PolicyPart::policy, work);
  private final TreeMap<Integer, Subject> subjects = new TreeMap<>();
  private final TreeMap<String, CompiledPolicy> policies = new TreeMap<>();
  private final LatestRows latest = new LatestRows();
  private final Map<Integer, Integer> endpointCounts = new HashMap<>();
  private final Workloads workloads = new Workloads();
  private final PortNames portNames = new PortNames();
  private final KnownServices services = new KnownServices(work);
  private final ServiceUsers serviceUsers = new ServiceUsers(work);
  private final PeerSelectors selectors = new PeerSelectors(new ServiceBackends(services));
  private final Namespaces namespaces = new Namespaces();
  private final WaitingPolicies waiting = new WaitingPolicies(work);
  private final PeerRows rows = new PeerRows(peers, identities, subjects);
  private final SplitCheck splits =
      new SplitCheck(identities, workloads, List.of(peers, subjectSelectors), work);
  private final KeptChecks checks = new KeptChecks(this, splits, services, policies);
  private Touched touched = new Touched();

  Compilation() {
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved != ReservedIdentity.UNKNOWN) {
        used.add(reserved.number(), reserved.labels());
      }
    }
  }

  /** How much was looked at so far. */
  Work work() {
    return work;
  }

  IdentityIndex identities() {
    return identities;
  }

  SelectorTable<String> peers() {
    return peers;
  }

  /** What peers mean, as label selectors. */
  PeerSelectors selectors() {
    return selectors;
  }

  Workloads workloads() {
    return workloads;
  }

  Namespaces namespaces() {
    return namespaces;
  }

  /** What topic desired says of selectors and those whom they select. */
  PeerRows rows() {
    return rows;
  }

  /** Versions of policies that are not accepted. */
  WaitingPolicies waiting() {
    return waiting;
  }

  /** What is told of the joins and kept as they change. */
  KeptChecks checks() {
    return checks;
  }

  /** The identities that anyone has at present. */
  LabelIndex<Integer> used() {
    return used;
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

  /** What identity-stream says of endpoints and addresses. */
  LatestRows latest() {
    return latest;
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
    waiting.everything();
    Optional<CompiledPolicy> system = SystemPolicy.of(now).map(this::compiled);
    String text = ClusterSettings.KEY.toString();
    if (!system.equals(Optional.ofNullable(policies.get(text)))) {
      policy(text, system.orElse(null));
    }
    if (!now.systemNamespace().equals(before.systemNamespace())) {
      touched.warnings(policies.keySet()); // some of them may select pods of Sluice
    }
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
    peers.forget();
    subjectSelectors.forget();
    return taken;
  }

  /** Sets the address of a key, or takes it away when null. */
  void address(String key, ClusterRecord.Address now) {
    touched.address(key, latest.address(key, now));
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
    touched.warnings(checks.identity(identity.labels()));
    waiting.identity(identity.labels(), true);
    checks.room().peerChanged();
    for (SelectorTable.Entry<String> entry : peers.selectingInStep(identity.labels())) {
      touched.member(entry.selector().id(), number, false);
      entry.addMembers(1);
    }
    if (isPods(identity)) {
      addSubject(identity);
    } else {
      touched.labels(number, null);
    }
    splits.identity(number, true);
    workloads.having(number).forEach(touched::workload);
    if (inUse(number)) {
      live(number, identity.labels(), true);
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
    for (SelectorTable.Entry<PolicyPart> entry :
        subjectSelectors.selectingInStep(identity.labels())) {
      entry.users().forEach(subject::add);
    }
    subjects.put(number, subject);
  }

  private void removeIdentity(int number) {
    LabelSet labels = identities.labels(number);
    if (inUse(number)) {
      live(number, labels, false);
    }
    splits.identity(number, false);
    workloads.having(number).forEach(touched::workload);
    for (SelectorTable.Entry<String> entry : peers.selectingInStep(labels)) {
      touched.member(entry.selector().id(), number, true);
      entry.addMembers(-1);
    }
    waiting.identity(labels, false);
    checks.room().peerChanged();
    if (subjects.containsKey(number)) {
      touched.subject(number, subjects.remove(number));
      waiting.subject(number);
    } else {
      touched.labels(number, labels);
    }
    identities.remove(number);
    touched.warnings(checks.identity(labels));
  }

  /** Sets the endpoint of a pod, or takes it away when null. */
  void endpoint(String key, ClusterRecord.Endpoint now) {
    ClusterRecord.Endpoint before = latest.endpoint(key, now);
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
    boolean inUse = inUse(identity);
    LabelSet labels = identities.labels(identity);
    boolean otherPorts = !Objects.equals(portsBefore, portNames.row(identity));
    if (otherPorts) {
      waiting.ports(identity, labels);
      checks.room().peerChanged();
    }
    if (usedBefore != inUse && labels != null) {
      live(identity, labels, inUse);
    } else if (otherPorts) {
      selecting(identity).forEach(entry -> answerAgain(entry, identity));
    }
    Subject subject = subjects.get(identity);
    if (subject != null && (usedBefore != inUse || otherPorts)) {
      note(identity, subject, subject.row());
    }
    Workloads.Workload workload = Workloads.of(endpoint);
    touched.workload(workload);
    splits.count(workload, identity, more, touched);
  }

  /** Whether anything may have the identity right now: no pod's, or some endpoint's. */
  boolean inUse(int number) {
    return !IdentityScope.PODS.has(number) || endpointCounts.containsKey(number);
  }

  /** An identity came into use or went out of it. */
  private void live(int number, LabelSet labels, boolean inUse) {
    if (inUse) {
      used.add(number, labels);
    } else {
      used.remove(number);
    }
    for (SelectorTable.Entry<?> entry : selecting(number)) {
      if (entry.selected().live(number, inUse)) {
        touched.warnings(entry.policies());
      }
      answerAgain(entry, number);
    }
  }

  private void answerAgain(SelectorTable.Entry<?> entry, int number) {
    if (entry.selected().isAmongFirst(number, ServicePortCheck.LOOKED_AT)) {
      touched.warnings(checks.servicePorts().answerAgain(entry.selector().id()));
    }
  }

  /** The selectors in use that select an identity; those of peers and of subjects. */
  List<SelectorTable.Entry<?>> selecting(int number) {
    LabelSet labels = identities.labels(number);
    List<SelectorTable.Entry<?>> entries = new ArrayList<>();
    if (labels != null) {
      entries.addAll(peers.selectingInStep(labels));
      entries.addAll(subjectSelectors.selectingInStep(labels));
    }
    return entries;
  }

  /** Whom a selector in use selects at present. */
  Selected selected(String id) {
    SelectorTable.Entry<?> entry = peers.get(id);
    return (entry == null ? subjectSelectors.get(id) : entry).selected();
  }

  /** A step is over: notes the policies whose subjects it has left with more or less room. */
  void tellRoom() {
    touched.warnings(checks.room().settle());
  }

  /** Notes policies about which there may be something else to tell. */
  void tell(Set<String> texts) {
    touched.warnings(texts);
  }

  /**
   * A subject was compiled, or is gone.
   *
   * @param now null when it is gone
   */
  void compiled(int number, DesiredRecord.SubjectPolicy now) {
    work.add(now == null ? 1 : now.ingress().rules().size() + now.egress().rules().size() + 1);
    note(number, subjects.get(number), now);
  }

  private void note(int number, Subject subject, DesiredRecord.SubjectPolicy row) {
    DesiredRecord.SubjectPolicy noted = subject != null && inUse(number) ? row : null;
    touched.warnings(checks.note(number, subject, noted));
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
   * Sets a Service, or takes it away when null; compiles again the policies to which that means
   * something else.
   *
   * @param name {@code namespace/name}
   */
  void service(String name, ServiceFacts now) {
    Optional<KnownServices.Change> change = services.put(name, now);
    if (change.isEmpty()) {
      return;
    }
    waiting.service(change.get());
    touched.warnings(checks.service(change.get()));
    for (String text : serviceUsers.of(change.get())) {
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
    if (before != null) {
      checks.release(before);
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
      checks.use(now);
    }
  }

  private void addPart(PolicyPart part) {
    List<Integer> selected = identities.select(part.subject());
    boolean first = subjectSelectors.get(part.subject().id()) == null;
    SelectorTable.Entry<PolicyPart> entry = subjectSelectors.use(part.subject(), part);
    if (first) {
      use(entry, selected);
    }
    for (int number : selected) {
      Subject subject = subjects.get(number);
      if (subject != null) {
        touched.subject(number, subject);
        waiting.subject(number);
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
        waiting.subject(number);
        subject.remove(part);
      }
    }
  }

  private void usePeer(LabelSelector selector, String policy) {
    touched.selector(selector.id(), rows.selector(selector.id()));
    boolean first = peers.get(selector.id()) == null;
    SelectorTable.Entry<String> entry = peers.use(selector, policy);
    if (first) {
      List<Integer> selected = identities.select(selector);
      use(entry, selected);
      entry.addMembers(selected.size());
      selected.forEach(number -> touched.member(selector.id(), number, false));
    }
  }

  private void releasePeer(LabelSelector selector, String policy) {
    touched.selector(selector.id(), rows.selector(selector.id()));
    peers.release(selector, policy);
    if (peers.get(selector.id()) == null) {
      identities.select(selector).forEach(number -> touched.member(selector.id(), number, true));
    }
  }

  /** A selector came into use. */
  private void use(SelectorTable.Entry<?> entry, List<Integer> selected) {
    selected.stream().filter(this::inUse).forEach(number -> entry.selected().live(number, true));
    splits.use(entry, selected);
  }
}
