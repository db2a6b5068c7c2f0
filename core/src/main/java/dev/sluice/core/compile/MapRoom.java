package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.node.EntryCount;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether a version of a policy leaves each of its subjects with no more entries in a node's policy
 * map than the settings allow. It is asked before the version is accepted, and changes nothing. A
 * subject that has outgrown its room takes versions that need less than there is.
 */
final class MapRoom {
  static final String CODE = "map-full";

  private final Compilation compilation;

  MapRoom(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Why the version is refused; empty when there is room. */
  Optional<Finding> refusal(CompiledPolicy candidate) {
    int room = compilation.settings().policyMapEntries();
    Members members = new Members(candidate);
    int most = 0;
    Subject worst = null;
    for (Subject subject : subjects(candidate).values()) {
      DesiredRecord.SubjectPolicy then = row(subject.with(candidate));
      if (EntryCount.atMost(then, members, members::count) <= room) {
        continue;
      }
      int needed = EntryCount.of(then, members);
      if (needed > room && needed > most && needed > EntryCount.of(row(subject), members)) {
        most = needed;
        worst = subject;
      }
    }
    return worst == null ? Optional.empty() : Optional.of(finding(candidate, worst, most, room));
  }

  private TreeMap<Integer, Subject> subjects(CompiledPolicy candidate) {
    TreeMap<Integer, Subject> subjects = new TreeMap<>();
    for (PolicyPart part : candidate.parts()) {
      for (int number : compilation.identities().select(part.subject())) {
        Subject subject = compilation.subjects().get(number);
        if (subject != null) {
          subjects.put(number, subject);
        }
      }
    }
    return subjects;
  }

  /** In mode never too: what is accepted then must have room when policies count again. */
  private DesiredRecord.SubjectPolicy row(Subject subject) {
    EnforcementMode mode = compilation.settings().enforcement();
    return subject.compile(0, mode == EnforcementMode.NEVER ? EnforcementMode.DEFAULT : mode);
  }

  private static Finding finding(CompiledPolicy candidate, Subject subject, int needed, int room) {
    return new Finding(
        Finding.Severity.REFUSED,
        CODE,
        candidate.policy().rules().getFirst().path(),
        "with it "
            + SubjectWords.of(subject.labels())
            + " (identity "
            + subject.identity()
            + ") would need "
            + needed
            + " entries in the policy map of a node and may have "
            + room
            + ": name fewer peers or ports, or raise policyMapEntries of SluiceSettings cluster");
  }

  /** Whom selectors select, the candidate's own too; looked up once for each question. */
  private final class Members implements EntryCount.Peers {
    private final CompiledPolicy candidate;
    private final Map<String, List<Integer>> selected = new HashMap<>();

    private Members(CompiledPolicy candidate) {
      this.candidate = candidate;
    }

    @Override
    public Collection<Integer> selectedBy(String selector) {
      return selected.computeIfAbsent(selector, id -> compilation.identities().select(find(id)));
    }

    private LabelSelector find(String id) {
      LabelSelector own = candidate.peers().get(id);
      return own == null ? compilation.peers().get(id).selector() : own;
    }

    /** Those in use are counted as they come and go. */
    private int count(String id) {
      SelectorTable.Entry<String> used = compilation.peers().get(id);
      return used == null ? selectedBy(id).size() : used.members();
    }

    @Override
    public List<NamedPort> ports(int identity) {
      DesiredRecord.IdentityPorts row = compilation.portNames().row(identity);
      return row == null ? List.of() : row.ports();
    }
  }
}
