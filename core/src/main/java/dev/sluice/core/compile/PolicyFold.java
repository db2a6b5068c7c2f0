package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ReadFields;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.service.ServiceFold;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The policy side of the log: folds records of k8s.objects, each with what identity-stream derived
 * from it, into the rows of topic desired, revisions and diagnostics.
 *
 * <pre>
 *   ObjectEvent ──► AcceptedPolicies ──┐                    ┌─► DesiredRows
 *                     │ findings       ▼                    │
 *   ClusterRecords ───┼────────► Compilation ──► Touched ───┼─► MerkleTree ──► RevisionLedger
 *                     ▼                                     │
 *                 Diagnostics ◄──── EnforcedTelling ◄───────┘
 * </pre>
 *
 * A step costs what it touches. Not thread safe; one stream thread owns it.
 */
public final class PolicyFold {
  /** Kinds that must have been listed whole before anything is given out. */
  public static final Set<String> REQUIRED_KINDS = ClusterFold.REQUIRED_KINDS;

  /** Codes of diagnostics that only say something where there are pods. */
  public static final Set<String> NEEDS_PODS = PolicyWarnings.NEED_PODS;

  private final LogGate gate;
  private final RevisionLedger ledger;
  private final ServiceFold services;
  private final Compilation compilation;
  private final Diagnostics diagnostics = new Diagnostics();
  private final AcceptedPolicies accepted;
  private final AcceptedSettings settings;
  private final ObjectTelling objects;
  private final EnforcedTelling enforced;
  private final MerkleTree merkle = new MerkleTree();
  private final Predicate<ObjectEvent> again = new ReadFields()::again;
  private boolean whole;

  private PolicyFold(LogGate gate, RevisionLedger ledger, ServiceFold services) {
    this.gate = gate;
    this.ledger = ledger;
    this.services = services;
    this.compilation = new Compilation();
    this.accepted = new AcceptedPolicies(compilation, diagnostics);
    this.settings = new AcceptedSettings(compilation, diagnostics);
    this.objects = new ObjectTelling(services, diagnostics);
    this.enforced = new EnforcedTelling(compilation, accepted, diagnostics);
  }

  public static PolicyFold empty() {
    return new PolicyFold(
        LogGate.closed(REQUIRED_KINDS), RevisionLedger.empty(), new ServiceFold());
  }

  /** A fold that goes on where the one of the snapshot stood. */
  public static PolicyFold restore(PolicySnapshot snapshot) {
    PolicyFold fold =
        new PolicyFold(
            LogGate.restore(REQUIRED_KINDS, snapshot.gate()),
            RevisionLedger.restore(snapshot),
            ServiceFold.restore(snapshot.services()));
    fold.whole = snapshot.whole();
    fold.diagnostics.restore(snapshot.diagnostics());
    snapshot.identities().forEach(row -> fold.compilation.identity(row.key(), row));
    snapshot.endpoints().forEach(row -> fold.compilation.endpoint(row.key(), row));
    snapshot.addresses().forEach(row -> fold.compilation.address(row.key(), row));
    fold.compilation.namespaces().restore(snapshot.namespaces());
    fold.services.services().forEach(fold.compilation::service);
    fold.settings.restore(snapshot.settings());
    fold.accepted.restore(snapshot);
    if (fold.whole) {
      fold.compilation
          .subjects()
          .forEach((number, subject) -> fold.compile(subject, snapshot, number));
    }
    fold.compilation.tellRoom();
    fold.compilation.takeTouched();
    return fold;
  }

  /** One that tells nothing of policies which are accepted: for whoever asks only which are. */
  PolicyFold quiet() {
    enforced.quiet();
    return this;
  }

  /** One that asks about everything that waits for room every time; for tests. */
  PolicyFold forgetful() {
    accepted.forgetful();
    return this;
  }

  private void compile(Subject subject, PolicySnapshot snapshot, int number) {
    subject.row(compilation.compile(subject, snapshot.subjectRevisions().get(number)));
    compilation.compiled(number, subject.row());
    merkle.put(subject.labels(), subject.row().hash());
  }

  /** Folds one record of k8s.objects, with what identity-stream wrote for it. */
  public PolicyStep apply(ObjectEvent event, List<Change<ClusterRecord>> changes) {
    return apply(event, changes, again);
  }

  /**
   * As {@link #apply(ObjectEvent, List)}.
   *
   * @param again asked of a record that is to be folded: whether it says of its object what the one
   *     before it said
   */
  PolicyStep apply(
      ObjectEvent event, List<Change<ClusterRecord>> changes, Predicate<ObjectEvent> again) {
    LogGate.Admission admission = gate.admit(event);
    if (admission != LogGate.Admission.SEEN) {
      ledger.read(event);
    }
    if (admission != LogGate.Admission.ADMITTED) {
      return step(List.of(), Optional.empty(), List.of());
    }
    boolean same = again.test(event);
    if (whole && changes.isEmpty() && (same || saysNothing(event))) {
      return step(List.of(), Optional.empty(), List.of());
    }
    changes.forEach(this::join);
    services.fold(event);
    compilation.tell(compilation.namespaces().fold(event));
    for (String service : services.touched()) {
      compilation.service(service, services.service(service).orElse(null));
    }
    objects.tell(event, changes);
    if (PolicyParser.isPolicy(event.key().kind())) {
      accepted.apply(event);
    }
    if (event.key().kind().equals(ClusterSettings.KIND)) {
      settings.apply(event);
    }
    if (changesRoom(event)) {
      accepted.retry(event);
    }
    if (whole) {
      return settle(event);
    }
    return gate.synced() ? settleFirst(event) : step(List.of(), Optional.empty(), List.of());
  }

  /** Whether a record is about the log alone, and not one at which policies are tried again. */
  private static boolean saysNothing(ObjectEvent event) {
    return switch (event.type()) {
      case ADDED, MODIFIED, DELETED -> false;
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> !changesRoom(event);
    };
  }

  /**
   * Whether identity-stream makes no row of a record that is folded next: one of a policy that
   * names labels alone and did so before. For the cluster's fold promises that nothing else goes
   * out with a policy's record.
   */
  public boolean isRowless(ObjectEvent event) {
    return whole && accepted.isRowless(event);
  }

  private static boolean changesRoom(ObjectEvent event) {
    String kind = event.key().kind();
    return PolicyParser.isPolicy(kind) || kind.equals(ClusterSettings.KIND);
  }

  private void join(Change<ClusterRecord> change) {
    if (change.kind() == ClusterRecord.Identity.class) {
      compilation.identity(change.key(), (ClusterRecord.Identity) change.value());
    } else if (change.kind() == ClusterRecord.Endpoint.class) {
      compilation.endpoint(change.key(), (ClusterRecord.Endpoint) change.value());
    } else if (change.kind() == ClusterRecord.Address.class) {
      compilation.address(change.key(), (ClusterRecord.Address) change.value());
    } else {
      throw new IllegalArgumentException("no record of the cluster: " + change.kind());
    }
  }

  /** The step at which the world is whole: everything so far is given out at once. */
  private PolicyStep settleFirst(ObjectEvent event) {
    whole = true;
    accepted.becomeWhole(event);
    services.drain();
    long revision = gate.base() + event.offset();
    compilation
        .subjects()
        .forEach(
            (number, subject) -> {
              subject.row(compilation.compile(subject, revision));
              compilation.compiled(number, subject.row());
              merkle.put(subject.labels(), subject.row().hash());
            });
    RevisionMade made =
        ledger.make(
            event,
            revision,
            merkle.root(),
            List.copyOf(compilation.policies().keySet()),
            List.copyOf(compilation.subjects().keySet()));
    compilation.tellRoom();
    compilation.takeTouched();
    compilation.policies().keySet().forEach(policy -> enforced.policy(policy, event));
    compilation.workloads().all().forEach(workload -> enforced.workload(workload, event));
    return step(image(), Optional.of(made), diagnostics.image());
  }

  private PolicyStep settle(ObjectEvent event) {
    Touched touched = compilation.takeTouched();
    DesiredRows rows = new DesiredRows();
    Map<Integer, DesiredRecord.SubjectPolicy> compiled = recompile(touched, rows);
    String root = merkle.root();
    boolean said = !touched.policies().isEmpty() || touched.settings() != null;
    boolean revises = said || !root.equals(ledger.hash());
    Optional<RevisionMade> made =
        revises ? Optional.of(make(event, root, touched, compiled)) : Optional.empty();
    compiled.forEach((number, row) -> publish(number, row, rows));
    TouchedRows.add(touched, compilation, rows);
    rows.services(services.drain());
    compilation.tellRoom();
    touched.warnings(compilation.takeTouched().warnings());
    touched.warnings().forEach(policy -> enforced.policy(policy, event));
    touched.workloads().forEach(workload -> enforced.workload(workload, event));
    return step(rows.inOrder(), made, diagnostics.drain());
  }

  /**
   * Compiles the touched subjects and moves their leaves.
   *
   * @return those whose row changes; null for one that is gone
   */
  private Map<Integer, DesiredRecord.SubjectPolicy> recompile(Touched touched, DesiredRows rows) {
    Map<Integer, DesiredRecord.SubjectPolicy> compiled = new TreeMap<>();
    touched
        .subjects()
        .forEach(
            (number, before) -> {
              Subject now = compilation.subjects().get(number);
              if (now != before && before != null && before.row() != null) {
                merkle.remove(before.labels());
                if (now == null) {
                  rows.remove(before.row());
                  compiled.put(number, null);
                  compilation.compiled(number, null);
                }
              }
            });
    touched
        .subjects()
        .forEach(
            (number, before) -> {
              Subject now = compilation.subjects().get(number);
              DesiredRecord.SubjectPolicy old = before == null ? null : before.row();
              if (now == null) {
                return;
              }
              DesiredRecord.SubjectPolicy row =
                  compilation.compile(now, old == null ? 0 : old.revision());
              merkle.put(now.labels(), row.hash());
              compilation.compiled(number, row);
              if (row.equals(old)) {
                now.row(old);
              } else {
                compiled.put(number, row);
              }
            });
    return compiled;
  }

  private RevisionMade make(
      ObjectEvent event,
      String root,
      Touched touched,
      Map<Integer, DesiredRecord.SubjectPolicy> compiled) {
    return ledger.make(
        event,
        gate.base() + event.offset(),
        root,
        List.copyOf(touched.policies()),
        List.copyOf(compiled.keySet()));
  }

  private void publish(int number, DesiredRecord.SubjectPolicy compiled, DesiredRows rows) {
    if (compiled == null) {
      return;
    }
    DesiredRecord.SubjectPolicy row =
        new DesiredRecord.SubjectPolicy(
            number,
            compiled.labels(),
            ledger.revision(),
            compiled.hash(),
            compiled.ingress(),
            compiled.egress());
    compilation.subjects().get(number).row(row);
    rows.put(row);
  }

  private PolicyStep step(
      List<Change<DesiredRecord>> desired,
      Optional<RevisionMade> made,
      List<Change<DiagnosticRecord>> told) {
    return new PolicyStep(gate.position(), desired, ledger.revision(), ledger.hash(), made, told);
  }

  /** Everything that is desired, in dependency order. Empty before the world is whole. */
  public List<Change<DesiredRecord>> image() {
    if (!whole) {
      return List.of();
    }
    DesiredRows rows = new DesiredRows();
    if (!compilation.settings().equals(ClusterSettings.DEFAULT)) {
      rows.put(new DesiredRecord.Settings(compilation.settings()));
    }
    for (SelectorTable.Entry<String> entry : compilation.peers().entries()) {
      String id = entry.selector().id();
      rows.put(compilation.rows().selector(id));
      compilation.identities().select(entry.selector()).stream()
          .sorted()
          .forEach(number -> rows.put(new DesiredRecord.Member(id, number)));
    }
    compilation.portNames().rows().forEach(rows::put);
    compilation.identities().unreserved().stream()
        .map(identity -> compilation.rows().labels(identity.number()))
        .filter(Objects::nonNull)
        .forEach(rows::put);
    compilation.subjects().values().forEach(subject -> rows.put(subject.row()));
    compilation
        .latest()
        .addresses()
        .forEach(address -> rows.put(new DesiredRecord.DesiredAddress(address)));
    rows.services(services.image());
    return rows.inOrder();
  }

  public PolicySnapshot snapshot() {
    TreeMap<Integer, Long> subjectRevisions = new TreeMap<>();
    if (whole) {
      compilation
          .subjects()
          .forEach((number, subject) -> subjectRevisions.put(number, subject.row().revision()));
    }
    return new PolicySnapshot(
        gate.state(),
        whole,
        ledger.revision(),
        ledger.hash(),
        ledger.digest(),
        settings.version(),
        accepted.versions(),
        accepted.waiting(),
        compilation.identities().unreserved(),
        compilation.latest().endpoints(),
        compilation.latest().addresses(),
        subjectRevisions,
        diagnostics.inForce(),
        services.snapshot(),
        List.copyOf(compilation.namespaces().names()));
  }

  /** The policies whose newest version waits for room in the nodes' maps. */
  public Set<ObjectKey> withoutRoom() {
    return accepted.withoutRoom();
  }

  /** Offset of the last record folded; -1 before the first. */
  public long position() {
    return gate.position();
  }

  /** What is added to a record's offset to make a revision; 0 before the log's first record. */
  public long base() {
    return gate.base();
  }

  /** Whether every required kind has been listed whole. */
  public boolean synced() {
    return gate.synced();
  }

  /** The diagnostics in force, sorted by key. */
  public List<DiagnosticRecord> diagnostics() {
    return whole ? diagnostics.inForce() : List.of();
  }

  /**
   * What the diagnostics in force are made of, one by one, each with its own path; of a restored
   * fold only those found since.
   */
  public List<ObjectFinding> findings() {
    return whole ? diagnostics.findings() : List.of();
  }

  /** What would be told about what is enforced if all of it were told anew; for tests. */
  List<ObjectFinding> findingsAfresh() {
    return whole ? enforced.afresh() : List.of();
  }

  /** How much was looked at so far; for tests. */
  long work() {
    return compilation.work().units();
  }

  /** The revision in force; 0 before the world is whole. */
  public long revision() {
    return ledger.revision();
  }

  /** The Merkle root in force, hex; empty before the world is whole. */
  public String hash() {
    return ledger.hash();
  }
}
