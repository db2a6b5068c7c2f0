package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.EnforcementMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** One live identity of pods, the parts of policies that select it, and what they compile to. */
final class Subject {
  private static final DesiredRecord.DirectionPolicy NOBODY_ASKED =
      new DesiredRecord.DirectionPolicy(false, List.of(), List.of());

  private final int identity;
  private final LabelSet labels;
  private final TreeSet<PolicyPart> parts = new TreeSet<>();
  private DesiredRecord.SubjectPolicy row;

  Subject(int identity, LabelSet labels) {
    this.identity = identity;
    this.labels = labels;
  }

  int identity() {
    return identity;
  }

  /** As it would be with this version of a policy; changes nothing here. */
  Subject with(CompiledPolicy candidate) {
    Subject trial = new Subject(identity, labels);
    parts.stream().filter(part -> !part.policy().equals(candidate.text())).forEach(trial::add);
    candidate.parts().stream().filter(part -> part.subject().matches(labels)).forEach(trial::add);
    return trial;
  }

  LabelSet labels() {
    return labels;
  }

  /** Adds a part; one of the same policy and place is replaced. */
  void add(PolicyPart part) {
    parts.remove(part);
    parts.add(part);
  }

  void remove(PolicyPart part) {
    parts.remove(part);
  }

  /** The parts of policies that select it, by policy. */
  Collection<PolicyPart> parts() {
    return parts;
  }

  /** What was last compiled; null before the first time. */
  DesiredRecord.SubjectPolicy row() {
    return row;
  }

  void row(DesiredRecord.SubjectPolicy compiled) {
    this.row = compiled;
  }

  /** What the parts say now, under the given revision. */
  DesiredRecord.SubjectPolicy compile(long revision, EnforcementMode mode) {
    DesiredRecord.DirectionPolicy ingress = direction(mode, PolicyPart::ingress);
    DesiredRecord.DirectionPolicy egress = direction(mode, PolicyPart::egress);
    return new DesiredRecord.SubjectPolicy(
        identity, labels, revision, SubjectHash.of(labels, ingress, egress), ingress, egress);
  }

  private DesiredRecord.DirectionPolicy direction(
      EnforcementMode mode, Function<PolicyPart, PolicyPart.Side> side) {
    return switch (mode) {
      case DEFAULT -> direction(parts, side, false);
      case ALWAYS -> direction(parts, side, true);
      case NEVER -> NOBODY_ASKED;
    };
  }

  /**
   * @param always whether it is enforced though no policy says so
   */
  private static DesiredRecord.DirectionPolicy direction(
      Collection<PolicyPart> parts, Function<PolicyPart, PolicyPart.Side> side, boolean always) {
    TreeSet<String> enforcedBy = new TreeSet<>();
    TreeSet<String> auditedBy = new TreeSet<>();
    TreeMap<RuleKey, TreeSet<String>> origins = new TreeMap<>();
    for (PolicyPart part : parts) {
      if (side.apply(part).defaultDeny()) {
        (part.audited() ? auditedBy : enforcedBy).add(part.policy());
      }
      for (PolicyPart.Contribution one : side.apply(part).rules()) {
        origins.computeIfAbsent(one.rule(), unused -> new TreeSet<>()).add(one.origin());
      }
    }
    List<DesiredRecord.CompiledRule> rules = new ArrayList<>(origins.size());
    origins.forEach((key, from) -> rules.add(rule(key, from)));
    return new DesiredRecord.DirectionPolicy(
        always || !enforcedBy.isEmpty(),
        List.copyOf(enforcedBy),
        List.copyOf(auditedBy),
        List.copyOf(rules));
  }

  private static DesiredRecord.CompiledRule rule(RuleKey key, Collection<String> origins) {
    return new DesiredRecord.CompiledRule(
        key.selector(),
        key.protocol(),
        key.portFirst(),
        key.portLast(),
        key.portName(),
        key.verdict(),
        key.precedence(),
        key.audited(),
        key.redirect(),
        List.copyOf(origins));
  }
}
