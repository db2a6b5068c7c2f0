package dev.sluice.cli.look;

import dev.sluice.schemas.ClusterSettings;
import dev.sluice.schemas.CompiledRule;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.EnforcementMode;
import dev.sluice.schemas.FqdnAddress;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.FqdnSet;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Member;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.SubjectPolicy;
import dev.sluice.schemas.topic.Topics;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What is desired and what the nodes say, joined: a value, read once from the topics.
 *
 * @param mark the last mark of topic desired; its revision is the one in force
 * @param policies compiled policy by identity
 * @param selectors by id
 * @param members identities by selector id
 * @param endpoints by id
 * @param nodes by name
 * @param enforcement the cluster's
 */
record ClusterView(
    Mark mark,
    SortedMap<Integer, SubjectPolicy> policies,
    SortedMap<String, Selector> selectors,
    SortedMap<String, SortedSet<Integer>> members,
    List<EndpointView> endpoints,
    SortedMap<String, NodeStatus> nodes,
    EnforcementMode enforcement) {

  static ClusterView read(LabTopics topics) {
    return read(topics.latest(Topics.DESIRED), topics);
  }

  /** The same, where topic desired has been read. */
  static ClusterView read(SortedMap<String, DesiredRow> desired, LabTopics topics) {
    ClusterView view =
        of(
            desired.values(),
            topics.latest(Topics.ENDPOINTS).values(),
            topics.latest(Topics.NODE_STATUS));
    view.addNames(topics.latest(Topics.FQDNS).values());
    return view;
  }

  /** Identities of learned addresses are members of the selectors of their names. */
  private void addNames(Collection<FqdnRow> rows) {
    Set<Integer> carried = new HashSet<>();
    rows.forEach(
        row -> {
          if (row.getEntry() instanceof FqdnAddress address) {
            carried.add(address.getIdentity());
          }
        });
    rows.forEach(
        row -> {
          if (row.getEntry() instanceof FqdnSet set && carried.contains(set.getIdentity())) {
            set.getSelectors()
                .forEach(
                    id -> members.computeIfAbsent(id, i -> new TreeSet<>()).add(set.getIdentity()));
          }
        });
  }

  /** Joins the last rows of the three topics. */
  static ClusterView of(
      Collection<DesiredRow> desired,
      Collection<EndpointRow> endpointRows,
      SortedMap<String, NodeStatus> nodes) {
    Mark mark = new Mark(-1L, 0L, "");
    EnforcementMode enforcement = EnforcementMode.DEFAULT;
    SortedMap<Integer, SubjectPolicy> policies = new TreeMap<>();
    SortedMap<String, Selector> selectors = new TreeMap<>();
    SortedMap<String, SortedSet<Integer>> members = new TreeMap<>();
    for (DesiredRow row : desired) {
      switch (row.getEntry()) {
        case Mark last -> mark = last;
        case ClusterSettings settings -> enforcement = settings.getEnforcement();
        case SubjectPolicy policy -> policies.put(policy.getIdentity(), policy);
        case Selector selector -> selectors.put(selector.getId(), selector);
        case Member member ->
            members
                .computeIfAbsent(member.getSelector(), id -> new TreeSet<>())
                .add(member.getIdentity());
        default -> {
          // addresses are not looked at here
        }
      }
    }
    Map<Long, EndpointStatus> statuses = new HashMap<>();
    Map<Long, String> leaves = new HashMap<>();
    for (NodeStatus node : nodes.values()) {
      Map<Integer, String> subjects = new HashMap<>();
      node.getSubjects().forEach(subject -> subjects.put(subject.getIdentity(), subject.getHash()));
      for (EndpointStatus endpoint : node.getEndpoints()) {
        statuses.put(endpoint.getId(), endpoint);
        leaves.put(endpoint.getId(), subjects.getOrDefault(endpoint.getIdentity(), ""));
      }
    }
    long revision = mark.getRevision();
    List<EndpointView> endpoints =
        endpointRows.stream()
            .map(EndpointRow::getEntry)
            .filter(Endpoint.class::isInstance)
            .map(Endpoint.class::cast)
            .sorted(Comparator.comparing(Endpoint::getId))
            .map(
                endpoint ->
                    new EndpointView(
                        endpoint,
                        Optional.ofNullable(policies.get(endpoint.getIdentity())),
                        Optional.ofNullable(statuses.get(endpoint.getId())),
                        leaves.getOrDefault(endpoint.getId(), ""),
                        revision))
            .toList();
    return new ClusterView(mark, policies, selectors, members, endpoints, nodes, enforcement);
  }

  /** The ids of the selectors in rules that come from any of these policies. */
  Set<String> selectorsOf(Set<String> names) {
    Set<String> selectors = new TreeSet<>();
    for (SubjectPolicy subject : policies.values()) {
      for (DirectionPolicy direction : List.of(subject.getIngress(), subject.getEgress())) {
        for (CompiledRule rule : direction.getRules()) {
          if (rule.getOrigins().stream().anyMatch(o -> names.contains(withoutPath(o)))) {
            selectors.add(rule.getSelector());
          }
        }
      }
    }
    return selectors;
  }

  /** The policies ({@code kind/namespace/name}) that a subject's rules come from. */
  static SortedSet<String> policiesOf(SubjectPolicy subject) {
    SortedSet<String> names = new TreeSet<>();
    Stream.of(subject.getIngress(), subject.getEgress())
        .forEach(
            direction -> {
              names.addAll(direction.getEnforcedBy());
              names.addAll(direction.getAuditedBy());
              origins(direction).forEach(origin -> names.add(withoutPath(origin)));
            });
    return names;
  }

  private static Stream<String> origins(DirectionPolicy direction) {
    return direction.getRules().stream().map(CompiledRule::getOrigins).flatMap(List::stream);
  }

  /** {@code kind/ns/name#path} without the path. */
  static String withoutPath(String origin) {
    int hash = origin.indexOf('#');
    return hash < 0 ? origin : origin.substring(0, hash);
  }
}
