package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.label.Label;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * DNS names that will never have an address: nothing lets the pods ask for them where the answers
 * are learnt. And patterns that leave out the name they are built on. Kept as subjects are
 * compiled: one without names among its peers costs nothing. When it becomes known who the
 * cluster's DNS is, every subject with names is asked about again.
 */
final class NameCheck implements SubjectCheck {
  private static final int DNS_PORT = 53;
  private static final int UDP = 17;

  /** Which subjects of one part of a policy cannot learn its names, and why: words by number. */
  private static final class Sum {
    private final String policy;
    private final List<TrafficRule.Peer.Fqdn> names;
    private final TreeMap<Integer, String> mute = new TreeMap<>();

    /** Those that may ask others, but not the cluster's DNS. */
    private final TreeMap<Integer, String> astray = new TreeMap<>();

    private final TreeMap<Integer, String> deaf = new TreeMap<>();

    /** By the place of the name. */
    private final TreeMap<Integer, TreeMap<Integer, String>> leftOut = new TreeMap<>();

    private List<Finding> told = List.of();

    private Sum(String policy, List<TrafficRule.Peer.Fqdn> names) {
      this.policy = policy;
      this.names = names;
    }

    void forget(int number) {
      mute.remove(number);
      astray.remove(number);
      deaf.remove(number);
      leftOut.values().forEach(numbers -> numbers.remove(number));
      leftOut.values().removeIf(TreeMap::isEmpty);
    }
  }

  /** Of which parts' sums a subject is. */
  private record Noted(Subject subject, List<Sum> sums) {}

  private final Map<String, CompiledPolicy> policies;
  private final ClusterDns dns;
  private final Map<PolicyPart, Sum> sums = new IdentityHashMap<>();
  private final Map<Integer, Noted> noted = new HashMap<>();

  /**
   * @param policies in force, by their texts; a view
   */
  NameCheck(Map<String, CompiledPolicy> policies, ClusterDns dns) {
    this.policies = policies;
    this.dns = dns;
  }

  /** A policy came into force; its subjects have not been compiled yet. */
  void use(CompiledPolicy policy) {
    for (PolicyPart part : policy.parts()) {
      List<TrafficRule.Peer.Fqdn> names = names(policy.policy().rules().get(part.index()));
      if (!names.isEmpty()) {
        sums.put(part, new Sum(policy.text(), names));
      }
    }
  }

  /** A policy is in force no longer. */
  void release(CompiledPolicy policy) {
    policy.parts().forEach(sums::remove);
  }

  @Override
  public Set<String> note(int number, Subject subject, SubjectPolicy row) {
    Noted before = noted.remove(number);
    if (before == null && (row == null || sums.isEmpty())) {
      return Set.of();
    }
    Set<Sum> touched = Collections.newSetFromMap(new IdentityHashMap<>());
    if (before != null) {
      before.sums.forEach(sum -> sum.forget(number));
      touched.addAll(before.sums);
    }
    if (row != null && !sums.isEmpty()) {
      List<Sum> now = subject.parts().stream().map(sums::get).filter(Objects::nonNull).toList();
      if (!now.isEmpty()) {
        Noted after = new Noted(subject, now);
        add(number, after);
        noted.put(number, after);
        touched.addAll(now);
      }
    }
    return toTell(touched);
  }

  /**
   * Who the cluster's DNS is has changed.
   *
   * @return the policies about which there is something else to tell
   */
  Set<String> dnsChanged() {
    Set<Sum> touched = Collections.newSetFromMap(new IdentityHashMap<>());
    noted.forEach(
        (number, one) -> {
          one.sums.forEach(sum -> sum.forget(number));
          add(number, one);
          touched.addAll(one.sums);
        });
    return toTell(touched);
  }

  private Set<String> toTell(Set<Sum> touched) {
    Set<String> policies = new TreeSet<>();
    for (Sum sum : touched) {
      List<Finding> told = findings(sum);
      if (!told.equals(sum.told)) {
        sum.told = told;
        policies.add(sum.policy);
      }
    }
    return policies;
  }

  private void add(int number, Noted noted) {
    Asking asking = asking(noted.subject);
    noted.sums.forEach(sum -> add(number, pods(noted.subject), sum, asking));
  }

  private static void add(int number, String pods, Sum sum, Asking asking) {
    if (!asking.mayAsk) {
      (asking.elsewhere == null ? sum.mute : sum.astray)
          .put(number, pods + Objects.requireNonNullElse(asking.elsewhere, ""));
    } else if (asking.learnt.isEmpty()) {
      sum.deaf.put(number, pods);
    } else {
      for (int i = 0; i < sum.names.size(); i++) {
        FqdnSelector name = sum.names.get(i).selector();
        if (asking.learnt.stream().noneMatch(one -> covers(one, name))) {
          sum.leftOut.computeIfAbsent(i, unused -> new TreeMap<>()).put(number, pods);
        }
      }
    }
  }

  /** The worst that any subject has; of several the first is named. */
  private static List<Finding> findings(Sum sum) {
    if (!sum.mute.isEmpty()) {
      return List.of(
          told(
              sum.names.getFirst(),
              "no rule lets "
                  + sum.mute.firstEntry().getValue()
                  + " ask DNS on port 53, so that no address is ever learnt"));
    }
    if (!sum.astray.isEmpty()) {
      return List.of(told(sum.names.getFirst(), sum.astray.firstEntry().getValue()));
    }
    if (!sum.deaf.isEmpty()) {
      return List.of(
          told(
              sum.names.getFirst(),
              sum.deaf.firstEntry().getValue()
                  + " may ask on port 53, but no rules.dns is there: names resolve and no"
                  + " address is ever learnt"));
    }
    List<Finding> findings = new ArrayList<>();
    sum.leftOut.forEach(
        (place, numbers) ->
            findings.add(
                told(
                    sum.names.get(place),
                    "rules.dns of "
                        + numbers.firstEntry().getValue()
                        + " lets nobody ask for this name")));
    return findings;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyPart part : policies.get(policy.key().toString()).parts()) {
      Sum sum = sums.get(part);
      if (sum != null) {
        told.addAll(sum.told);
        sum.names.forEach(name -> apex(name, sum.names, told));
      }
    }
  }

  private static List<TrafficRule.Peer.Fqdn> names(PolicyRule rule) {
    return rule.egress().rules().stream().flatMap(one -> names(one).stream()).toList();
  }

  private static List<TrafficRule.Peer.Fqdn> names(TrafficRule rule) {
    List<TrafficRule.Peer.Fqdn> names = new ArrayList<>();
    if (rule.action() == TrafficRule.Action.ALLOW
        && rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers)) {
      for (TrafficRule.Peer peer : peers) {
        if (peer instanceof TrafficRule.Peer.Fqdn fqdn) {
          names.add(fqdn);
        }
      }
    }
    return names;
  }

  private static Finding told(TrafficRule.Peer.Fqdn name, String why) {
    return PolicyCheck.warning(
        PolicyWarnings.FQDN_WITHOUT_DNS,
        name.path(),
        why
            + (isOfKubernetes(name) ? ": write a CiliumClusterwideNetworkPolicy with" : ": add to")
            + " egress: - {toEndpoints: [{matchLabels:"
            + " {\"k8s:io.kubernetes.pod.namespace\": kube-system, \"k8s:k8s-app\": kube-dns}}],"
            + " toPorts: [{ports: [{port: \"53\", protocol: ANY}], rules: {dns: [{"
            + quoted(name.selector())
            + "}]}}]}");
  }

  private static String quoted(FqdnSelector selector) {
    String field = selector.kind() == FqdnSelector.Kind.NAME ? "matchName" : "matchPattern";
    return field + ": \"" + selector.text() + "\"";
  }

  /**
   * What a subject's policies let it ask.
   *
   * @param mayAsk whether any rule lets it reach port 53 of the cluster's DNS, or of anybody where
   *     nobody knows who that is
   * @param elsewhere when it may not, and may ask somebody else: what there is to say of that; else
   *     null
   * @param learnt names whose answers are learnt
   */
  private record Asking(boolean mayAsk, String elsewhere, List<FqdnSelector> learnt) {}

  private Asking asking(Subject subject) {
    boolean mayAsk = false;
    String elsewhere = null;
    List<FqdnSelector> learnt = new ArrayList<>();
    for (PolicyPart part : subject.parts()) {
      Policy policy = policies.get(part.policy()).policy();
      for (TrafficRule rule : policy.rules().get(part.index()).egress().rules()) {
        if (rule.action() != TrafficRule.Action.ALLOW
            || !names(rule).isEmpty()
            || !rule.ports().isEmpty() && rule.ports().stream().noneMatch(NameCheck::isDns)) {
          continue;
        }
        if (!dns.isReached(rule.peers())) {
          elsewhere = elsewhere == null ? dns.missed(rule.peers()) : elsewhere;
          continue;
        }
        mayAsk = true;
        for (TrafficRule.PortRule port : rule.ports()) {
          if (isDns(port) && port.l7() instanceof L7Rules.Dns(List<FqdnSelector> names)) {
            learnt.addAll(names);
          }
        }
      }
    }
    return new Asking(mayAsk, elsewhere, learnt);
  }

  /** A port that is not 53 says by its names of DNS that it is meant for them. */
  private static boolean isDns(TrafficRule.PortRule port) {
    boolean dnsPort =
        port.ports() instanceof TrafficRule.Ports.Range(int first, int last)
            && first <= DNS_PORT
            && DNS_PORT <= last;
    return port.protocol().numbers().contains(UDP) && (dnsPort || port.l7() instanceof L7Rules.Dns);
  }

  /** Whether names that one means, or for a pattern a name that it means, may be asked for. */
  private static boolean covers(FqdnSelector asked, FqdnSelector wanted) {
    return asked.equals(wanted)
        || asked.matches(wanted.text().replace("**.", "x.").replace("*", "x"));
  }

  private static String pods(Subject subject) {
    return subject
        .labels()
        .value(Label.K8S, LabelSelector.POD_NAMESPACE)
        .map(namespace -> "pods of " + namespace)
        .orElse("its pods");
  }

  private static void apex(
      TrafficRule.Peer.Fqdn name, List<TrafficRule.Peer.Fqdn> all, List<Finding> told) {
    String text = name.selector().text();
    if (!text.startsWith("*.") && !text.startsWith("**.")) {
      return;
    }
    String apex = text.substring(text.indexOf('.') + 1);
    if (!apex.contains("*") && all.stream().noneMatch(one -> one.selector().matches(apex))) {
      boolean kubernetes = isOfKubernetes(name);
      told.add(
          PolicyCheck.note(
              PolicyWarnings.PATTERN_WITHOUT_APEX,
              name.path(),
              "%s does not match %s itself: add %s if that is meant too"
                  .formatted(
                      kubernetes ? "*." + apex : text,
                      apex,
                      (kubernetes ? "" : "matchName: ") + "\"" + apex + "\"")));
    }
  }

  /** Whether it is written in domainNames of a ClusterNetworkPolicy, which knows no rules.dns. */
  private static boolean isOfKubernetes(TrafficRule.Peer.Fqdn name) {
    return name.path().contains("].domainNames[");
  }
}
