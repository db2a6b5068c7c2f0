package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.IdentityPorts;
import dev.sluice.core.desired.DesiredRecord.Member;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.dns.QuestionRules;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The policies of all subjects, and the entries of the local ones. Changes are noted as they come
 * and flattened at {@link #flush}: a policy costs its own subject, a member the subjects that use
 * the selector, and there that peer alone.
 */
final class LocalPolicies {
  private final WantedEntries wanted;
  private final RuleBook rules;
  private final Membership membership = new Membership();
  private final Map<Integer, SubjectPolicy> policies = new HashMap<>();
  private final Map<Integer, SubjectEntries> entries = new HashMap<>();
  private final LocalLeaves leaves = new LocalLeaves();

  /** Local subjects by the selectors that they use. */
  private final Map<String, TreeSet<Integer>> users = new HashMap<>();

  private final TreeSet<Integer> changedSubjects = new TreeSet<>();
  private final TreeMap<Integer, TreeSet<Integer>> changedPeers = new TreeMap<>();
  private Set<Integer> local = Set.of();

  LocalPolicies(WantedEntries wanted, RuleBook rules) {
    this.wanted = wanted;
    this.rules = rules;
  }

  void put(SubjectPolicy policy) {
    policies.put(policy.identity(), policy);
    changedSubjects.add(policy.identity());
  }

  void remove(SubjectPolicy policy) {
    policies.remove(policy.identity());
    changedSubjects.add(policy.identity());
  }

  void put(Member member) {
    membership.add(member);
    changed(member);
  }

  void remove(Member member) {
    membership.remove(member);
    changed(member);
  }

  void put(IdentityPorts row) {
    membership.ports().put(row);
    changedPorts(row.identity());
  }

  void remove(IdentityPorts row) {
    membership.ports().remove(row);
    changedPorts(row.identity());
  }

  private void changedPorts(int identity) {
    changedSubjects.add(identity);
    for (String selector : membership.selecting(identity)) {
      changed(new Member(selector, identity));
    }
  }

  private void changed(Member member) {
    for (int subject : users.getOrDefault(member.selector(), new TreeSet<>())) {
      changedPeers.computeIfAbsent(subject, s -> new TreeSet<>()).add(member.identity());
    }
  }

  /** The selectors that select an identity. */
  Set<String> selecting(int identity) {
    return membership.selecting(identity);
  }

  void local(Set<Integer> identities) {
    if (identities.equals(local)) {
      return;
    }
    Set<Integer> now = Set.copyOf(identities);
    local.stream().filter(identity -> !now.contains(identity)).forEach(changedSubjects::add);
    now.stream().filter(identity -> !local.contains(identity)).forEach(changedSubjects::add);
    local = now;
  }

  Optional<SubjectPolicy> policy(int identity) {
    return Optional.ofNullable(policies.get(identity));
  }

  /** What a subject may ask a server, by the server's identity; closed without a policy. */
  QuestionRules questions(int subject, int server, int protocol, int port) {
    SubjectPolicy policy = policies.get(subject);
    return policy == null
        ? QuestionRules.NONE
        : QuestionRules.of(
            NamedPorts.resolve(policy.egress(), membership.ports().of(server)),
            membership.selecting(server)::contains,
            protocol,
            port);
  }

  /** The leaves of the local subjects that have a policy, as of the last {@link #flush}. */
  LocalLeaves leaves() {
    return leaves;
  }

  /** The local subjects that have a policy, as of the last {@link #flush}, in no order. */
  Collection<SubjectEntries> subjects() {
    return entries.values();
  }

  /**
   * Brings the wanted entries up to date.
   *
   * @return whether there was anything to do
   */
  boolean flush() {
    boolean changed = !changedPeers.isEmpty() || !changedSubjects.isEmpty();
    // Members first: a subject whose policy changed too is then flattened with them anyway.
    changedPeers.forEach(
        (subject, peers) -> peers.forEach(peer -> entries.get(subject).peer(peer, membership)));
    changedPeers.clear();
    changedSubjects.forEach(this::flatten);
    changedSubjects.clear();
    return changed;
  }

  private void flatten(int subject) {
    SubjectPolicy policy = local.contains(subject) ? policies.get(subject) : null;
    SubjectEntries held = entries.get(subject);
    if (held == null && policy == null) {
      return;
    }
    if (held == null) {
      held = new SubjectEntries(subject, wanted, rules);
      entries.put(subject, held);
    }
    held.selectors().forEach(selector -> forget(selector, subject));
    if (policy == null) {
      held.clear();
      leaves.remove(subject);
      entries.remove(subject);
    } else {
      held.policy(policy, membership);
      leaves.put(policy);
      held.selectors()
          .forEach(s -> users.computeIfAbsent(s, unused -> new TreeSet<>()).add(subject));
    }
  }

  private void forget(String selector, int subject) {
    TreeSet<Integer> left = users.get(selector);
    left.remove(subject);
    if (left.isEmpty()) {
      users.remove(selector);
    }
  }
}
