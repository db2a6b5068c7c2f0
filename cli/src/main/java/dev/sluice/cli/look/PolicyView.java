package dev.sluice.cli.look;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.SubjectPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One policy as the topics describe it.
 *
 * @param name {@code kind/namespace/name}
 * @param revision the revision that its accepted version made; 0 when none was ever accepted
 * @param hash Merkle root of that revision; empty when there is none
 * @param subjects identities whose rules come from it
 * @param endpoints how many endpoints have one of these identities
 * @param realised on how many of them the node enforces that revision or a later one, and has
 *     acknowledged the rules desired now by their hash
 * @param diagnostics what is refused or worth knowing
 */
record PolicyView(
    String name,
    long revision,
    String hash,
    List<Integer> subjects,
    long endpoints,
    long realised,
    List<Diagnostic> diagnostics) {

  /** Whether the version last written was refused. */
  boolean refused() {
    return diagnostics.stream().anyMatch(d -> d.getSeverity() == Severity.REFUSED);
  }

  /** {@code namespace/name}; the name alone when it has no namespace. */
  String shortName() {
    String[] parts = name.split("/", 3);
    return parts[1].isEmpty() ? parts[2] : parts[1] + "/" + parts[2];
  }

  String kind() {
    return name.substring(0, name.indexOf('/'));
  }

  String namespace() {
    return name.split("/", 3)[1];
  }

  /**
   * Joins the policies' revisions with what is desired and realised.
   *
   * @param revisions oldest first
   */
  static List<PolicyView> of(
      ClusterView cluster, List<Revision> revisions, Collection<Diagnostic> diagnostics) {
    SortedMap<String, Revision> accepted = accepted(revisions);
    SortedMap<String, List<Diagnostic>> told = new TreeMap<>();
    for (Diagnostic diagnostic : diagnostics) {
      if (diagnostic.getKind().endsWith("Policy")) {
        String name =
            diagnostic.getKind() + "/" + diagnostic.getNamespace() + "/" + diagnostic.getName();
        told.computeIfAbsent(name, key -> new ArrayList<>()).add(diagnostic);
      }
    }
    SortedMap<String, List<Integer>> subjects = subjects(cluster);
    SortedMap<String, PolicyView> views = new TreeMap<>();
    for (Collection<String> names : List.of(accepted.keySet(), told.keySet(), subjects.keySet())) {
      for (String name : names) {
        views.computeIfAbsent(
            name,
            key ->
                view(
                    cluster,
                    key,
                    accepted.get(key),
                    subjects.getOrDefault(key, List.of()),
                    told.getOrDefault(key, List.of())));
      }
    }
    return List.copyOf(views.values());
  }

  private static PolicyView view(
      ClusterView cluster,
      String name,
      Revision revision,
      List<Integer> subjects,
      List<Diagnostic> diagnostics) {
    long number = revision == null ? 0 : revision.getRevision();
    List<EndpointView> selected =
        cluster.endpoints().stream()
            .filter(view -> subjects.contains(view.endpoint().getIdentity()))
            .toList();
    long realised = selected.stream().filter(view -> view.realised(number)).count();
    return new PolicyView(
        name,
        number,
        revision == null ? "" : revision.getHash(),
        subjects,
        selected.size(),
        realised,
        diagnostics);
  }

  /** The last revision that each policy in force made. */
  private static SortedMap<String, Revision> accepted(List<Revision> revisions) {
    SortedMap<String, Revision> accepted = new TreeMap<>();
    for (Revision revision : revisions) {
      revision.getPoliciesChanged().forEach(name -> accepted.put(name, revision));
      if (revision.getCauseType().equals("DELETED")) {
        accepted.remove(revision.getCause());
      }
    }
    return accepted;
  }

  private static SortedMap<String, List<Integer>> subjects(ClusterView cluster) {
    SortedMap<String, List<Integer>> subjects = new TreeMap<>();
    for (SubjectPolicy subject : cluster.policies().values()) {
      for (String policy : ClusterView.policiesOf(subject)) {
        subjects.computeIfAbsent(policy, key -> new ArrayList<>()).add(subject.getIdentity());
      }
    }
    return subjects;
  }
}
