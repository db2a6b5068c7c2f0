package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The checks that keep what they know as the joins of {@link Compilation} change, so that telling
 * again costs the change. Not thread safe; one compilation owns it.
 */
final class KeptChecks {
  private final SplitCheck splits;
  private final ClusterDns dns;
  private final NameCheck names;
  private final ServicePortCheck servicePorts;
  private final UnreachableCheck unreachable;
  private final CutSubjects cutSubjects;
  private final RoomCheck room;

  KeptChecks(
      Compilation compilation,
      SplitCheck splits,
      KnownServices services,
      TreeMap<String, CompiledPolicy> policies) {
    this.splits = splits;
    this.dns = new ClusterDns(compilation.selectors(), services, compilation.identities());
    this.names = new NameCheck(policies, dns);
    this.servicePorts = new ServicePortCheck(compilation, services);
    this.unreachable = new UnreachableCheck(policies, compilation.peers(), compilation.work());
    this.cutSubjects = new CutSubjects(compilation.identities());
    this.room = new RoomCheck(compilation);
  }

  /** All, in the order in which they are told. */
  List<PolicyCheck> all() {
    return List.of(splits, names, servicePorts, unreachable, cutSubjects, room);
  }

  RoomCheck room() {
    return room;
  }

  ServicePortCheck servicePorts() {
    return servicePorts;
  }

  /**
   * A Service changed.
   *
   * @return the policies about which there is something else to tell
   */
  Set<String> service(KnownServices.Change change) {
    Set<String> toTell = new TreeSet<>(servicePorts.changed(change));
    if (change.name().equals(ClusterDns.SERVICE) && dns.serviceChanged()) {
      toTell.addAll(names.dnsChanged());
    }
    return toTell;
  }

  /**
   * An identity is there, or is there no longer.
   *
   * @return the policies about which there is something else to tell
   */
  Set<String> identity(LabelSet labels) {
    return dns.identityChanged(labels) ? names.dnsChanged() : Set.of();
  }

  void use(CompiledPolicy policy) {
    names.use(policy);
    servicePorts.use(policy);
  }

  void release(CompiledPolicy policy) {
    names.release(policy);
    servicePorts.release(policy);
  }

  /** As {@link SubjectCheck#note}, of every check. */
  Set<String> note(int number, Subject subject, DesiredRecord.SubjectPolicy row) {
    Set<String> toTell = new TreeSet<>();
    for (SubjectCheck check : List.of(names, unreachable, cutSubjects, room)) {
      toTell.addAll(check.note(number, subject, row));
    }
    return toTell;
  }
}
