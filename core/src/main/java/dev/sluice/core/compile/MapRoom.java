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
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Whether a version of a policy leaves each of its subjects with no more entries in a node's policy
 * map than the settings allow. It is asked before the version is accepted, and changes nothing. A
 * subject that has outgrown its room takes versions that need less than there is.
 */
final class MapRoom {
  static final String CODE = "map-full";

  /**
   * That a version has no room.
   *
   * @param finding what to tell
   * @param witness a subject that has none with it
   * @param peers whom the witness's rules select, with the version and without it
   * @param aboveRoom entries that it would need beyond its room
   * @param aboveNow entries that it would need beyond those it needs now
   * @param eachThen no peer has more entries than this with the version
   * @param eachNow no peer has more entries than this without it
   */
  record Refusal(
      Finding finding,
      int witness,
      Collection<LabelSelector> peers,
      long aboveRoom,
      long aboveNow,
      long eachThen,
      long eachNow) {}

  /** One subject with a version, and without it. */
  private record Trial(
      Subject subject,
      DesiredRecord.SubjectPolicy then,
      DesiredRecord.SubjectPolicy now,
      int needed,
      int needsNow) {}

  private final Compilation compilation;

  MapRoom(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Why the version is refused, for the subject that would need most; empty when it has room. */
  Optional<Refusal> refusal(CompiledPolicy candidate) {
    Members members = new Members(candidate);
    Trial worst = null;
    for (Subject subject : subjects(candidate).values()) {
      Optional<Trial> trial = withoutRoom(candidate, subject, members);
      if (trial.isPresent() && (worst == null || trial.get().needed > worst.needed)) {
        worst = trial.get();
      }
    }
    return Optional.ofNullable(worst).map(trial -> refusal(candidate, trial, members));
  }

  /** Whether one subject still has no room, so that nobody else need be looked at. */
  Optional<Refusal> refusal(CompiledPolicy candidate, int witness) {
    Subject subject = compilation.subjects().get(witness);
    Members members = new Members(candidate);
    return subject == null
            || parts(candidate).noneMatch(part -> part.subject().matches(subject.labels()))
        ? Optional.empty()
        : withoutRoom(candidate, subject, members).map(trial -> refusal(candidate, trial, members));
  }

  private Optional<Trial> withoutRoom(CompiledPolicy candidate, Subject subject, Members members) {
    int room = compilation.settings().policyMapEntries();
    DesiredRecord.SubjectPolicy then = row(subject.with(candidate));
    compilation.work().add(1 + then.ingress().rules().size() + then.egress().rules().size());
    if (EntryCount.atMost(then, members, members::count) <= room) {
      return Optional.empty();
    }
    int needed = EntryCount.of(then, members);
    if (needed <= room) {
      return Optional.empty();
    }
    DesiredRecord.SubjectPolicy now = row(subject);
    int needsNow = EntryCount.of(now, members);
    return needed <= needsNow
        ? Optional.empty()
        : Optional.of(new Trial(subject, then, now, needed, needsNow));
  }

  private Refusal refusal(CompiledPolicy candidate, Trial trial, Members members) {
    int room = compilation.settings().policyMapEntries();
    TreeMap<String, LabelSelector> peers = new TreeMap<>();
    Stream.of(trial.then, trial.now)
        .flatMap(row -> Stream.of(row.ingress(), row.egress()))
        .flatMap(direction -> direction.rules().stream())
        .map(DesiredRecord.CompiledRule::selector)
        .filter(id -> !id.isEmpty())
        .forEach(id -> peers.computeIfAbsent(id, members::find));
    return new Refusal(
        finding(candidate, trial.subject, trial.needed, room),
        trial.subject.identity(),
        List.copyOf(peers.values()),
        trial.needed - room,
        trial.needed - trial.needsNow,
        EntryCount.eachAtMost(trial.then, members),
        EntryCount.eachAtMost(trial.now, members));
  }

  private TreeMap<Integer, Subject> subjects(CompiledPolicy candidate) {
    TreeMap<Integer, Subject> subjects = new TreeMap<>();
    parts(candidate)
        .flatMap(part -> compilation.identities().select(part.subject()).stream())
        .forEach(number -> subjects.put(number, compilation.subjects().get(number)));
    subjects.values().removeIf(Objects::isNull);
    return subjects;
  }

  /**
   * The version's parts, and those of the one that it would replace: whom it does not select any
   * more has then what other policies say, which may be more entries than a denial of everything.
   */
  private Stream<PolicyPart> parts(CompiledPolicy candidate) {
    CompiledPolicy accepted = compilation.policies().get(candidate.text());
    return accepted == null
        ? candidate.parts().stream()
        : Stream.concat(candidate.parts().stream(), accepted.parts().stream());
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
