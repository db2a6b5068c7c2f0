package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.node.EntryCount;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Policy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Subjects that come near what they may have in the nodes' policy maps because of pods that came,
 * before they have it, and those that have more. A policy is counted before it is accepted ({@link
 * MapRoom}); a pod is never refused, for its peers' rules would then not know it.
 *
 * <p>A subject is counted when it was compiled, and then not before so many identities have come or
 * gone, or have got other ports, that with the most entries which one of them can have it might be
 * nearer, or further, than it was. So an identity costs nothing where there is room. Not thread
 * safe; one compilation owns it.
 */
final class RoomCheck implements SubjectCheck, EntryCount.Peers {
  static final String NEARLY_FULL = "map-nearly-full";
  static final String OUTGROWN = "map-outgrown";

  private enum Level {
    ROOM,
    NEARLY_FULL,
    OUTGROWN
  }

  /** What was found of a subject. */
  private record Noted(Level level, long due, Set<String> policies) {}

  private final Compilation compilation;
  private final Map<Integer, Noted> noted = new HashMap<>();
  private final TreeMap<Long, TreeSet<Integer>> byDue = new TreeMap<>();

  /** Those that are not {@link Level#ROOM}, by policy. */
  private final Map<String, TreeMap<Integer, Level>> byPolicy = new HashMap<>();

  private long changes;

  // As of the last settling: when they change, everybody is counted.
  private int room;
  private int portsOfName;

  RoomCheck(Compilation compilation) {
    this.compilation = compilation;
    this.room = compilation.settings().policyMapEntries();
  }

  /** An identity came or went, or its pods have other ports. */
  void peerChanged() {
    changes++;
  }

  /**
   * A step is over: counts the subjects for which that may matter.
   *
   * @return the policies about which there is something else to tell
   */
  Set<String> settle() {
    Set<String> toTell = new TreeSet<>();
    int now = compilation.settings().policyMapEntries();
    int most = compilation.portNames().mostOfName();
    if (now != room) {
      toTell.addAll(byPolicy.keySet()); // what they may have is another number
    }
    if (now != room || most != portsOfName) {
      room = now;
      portsOfName = most;
      List.copyOf(noted.keySet()).forEach(number -> toTell.addAll(again(number)));
    }
    while (!byDue.isEmpty() && byDue.firstKey() <= changes) {
      byDue.firstEntry().getValue().stream()
          .toList()
          .forEach(number -> toTell.addAll(again(number)));
    }
    return toTell;
  }

  private Set<String> again(int number) {
    Subject subject = compilation.subjects().get(number);
    return note(number, subject, subject == null ? null : subject.row());
  }

  @Override
  public Set<String> note(int number, Subject subject, SubjectPolicy row) {
    Noted now = row == null ? null : counted(subject, row);
    Noted before = now == null ? noted.remove(number) : noted.put(number, now);
    if (before != null) {
      TreeSet<Integer> others = byDue.get(before.due);
      others.remove(number);
      if (others.isEmpty()) {
        byDue.remove(before.due);
      }
    }
    if (now != null) {
      byDue.computeIfAbsent(now.due, unused -> new TreeSet<>()).add(number);
    }
    Level was = before == null ? Level.ROOM : before.level;
    Level is = now == null ? Level.ROOM : now.level;
    Set<String> policies = now == null ? Set.of() : now.policies;
    if (was == is && (is == Level.ROOM || before.policies.equals(policies))) {
      return Set.of();
    }
    Set<String> toTell = new TreeSet<>(policies);
    if (before != null) {
      toTell.addAll(before.policies);
      before.policies.forEach(policy -> withdraw(policy, number));
    }
    if (is != Level.ROOM) {
      policies.forEach(
          policy -> byPolicy.computeIfAbsent(policy, unused -> new TreeMap<>()).put(number, is));
    }
    return toTell;
  }

  private void withdraw(String policy, int number) {
    byPolicy.computeIfPresent(
        policy,
        (unused, subjects) -> {
          subjects.remove(number);
          return subjects.isEmpty() ? null : subjects;
        });
  }

  private Noted counted(Subject subject, SubjectPolicy compiled) {
    SubjectPolicy row =
        compilation.settings().enforcement() == EnforcementMode.NEVER
            ? subject.compile(0, EnforcementMode.DEFAULT) // as when policies count again
            : compiled;
    int allowed = compilation.settings().policyMapEntries();
    long near = allowed - allowed / 10;
    long each = EntryCount.eachRoughly(row, compilation.portNames().mostOfName());
    long entries = each * EntryCount.peersRoughly(row, this::members);
    if (entries > near) {
      entries = EntryCount.atMost(row, this, this::members);
    }
    if (entries > near) {
      entries = EntryCount.of(row, this);
      compilation.work().add((int) entries);
    }
    Level level =
        entries > allowed ? Level.OUTGROWN : entries > near ? Level.NEARLY_FULL : Level.ROOM;
    long distance =
        switch (level) {
          case ROOM -> near - entries;
          case NEARLY_FULL -> Math.min(allowed - entries, entries - near - 1);
          case OUTGROWN -> entries - allowed - 1;
        };
    Set<String> policies = new TreeSet<>();
    if (level != Level.ROOM) {
      subject.parts().forEach(part -> policies.add(part.policy()));
    }
    return new Noted(level, changes + distance / each + 1, policies);
  }

  private int members(String selector) {
    SelectorTable.Entry<String> entry = compilation.peers().get(selector);
    return entry == null ? 0 : entry.members();
  }

  @Override
  public Collection<Integer> selectedBy(String selector) {
    SelectorTable.Entry<String> entry = compilation.peers().get(selector);
    return entry == null ? List.of() : compilation.identities().select(entry.selector());
  }

  @Override
  public List<NamedPort> ports(int identity) {
    DesiredRecord.IdentityPorts row = compilation.portNames().row(identity);
    return row == null ? List.of() : row.ports();
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    TreeMap<Integer, Level> subjects = byPolicy.get(policy.key().toString());
    if (subjects == null) {
      return;
    }
    String path = policy.rules().getFirst().path();
    for (Level level : List.of(Level.NEARLY_FULL, Level.OUTGROWN)) {
      List<Integer> those =
          subjects.keySet().stream().filter(n -> subjects.get(n) == level).toList();
      if (!those.isEmpty()) {
        told.add(
            PolicyCheck.warning(
                level == Level.OUTGROWN ? OUTGROWN : NEARLY_FULL, path, text(level, those)));
      }
    }
  }

  private String text(Level level, List<Integer> subjects) {
    int allowed = compilation.settings().policyMapEntries();
    int first = subjects.getFirst();
    int more = subjects.size() - 1;
    String who =
        SubjectWords.of(compilation.subjects().get(first).labels())
            + " (identity "
            + first
            + ")"
            + (more == 0 ? "" : " and " + more + " more");
    return level == Level.OUTGROWN
        ? who
            + " need more than the "
            + allowed
            + " entries that one identity may have in the policy map of a node, since pods came:"
            + " they get no addresses of names and no larger policy, and where a node's map is full"
            + " new pods stay closed: name fewer peers or ports, or raise policyMapEntries of"
            + " SluiceSettings cluster"
        : who
            + " need more than nine tenths of the "
            + allowed
            + " entries that one identity may have in the policy map of a node: with more pods to"
            + " talk to they will have none left: name fewer peers or ports, or raise"
            + " policyMapEntries of SluiceSettings cluster";
  }
}
