package dev.sluice.core.compile;

import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * DNS names that will never have an address: nothing lets the pods ask for them where the answers
 * are learnt. And patterns that leave out the name they are built on.
 */
final class NameCheck implements PolicyCheck {
  private static final int DNS_PORT = 53;
  private static final int UDP = 17;

  private final Compilation compilation;

  NameCheck(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Whether a policy has names as peers. */
  static boolean asksForNames(Policy policy) {
    return policy.rules().stream()
        .flatMap(rule -> rule.egress().rules().stream())
        .anyMatch(rule -> !names(rule).isEmpty());
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      List<TrafficRule.Peer.Fqdn> names =
          rule.egress().rules().stream().flatMap(one -> names(one).stream()).toList();
      if (!names.isEmpty()) {
        visibility(rule, names, told);
        names.forEach(name -> apex(name, names, told));
      }
    }
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

  private void visibility(PolicyRule rule, List<TrafficRule.Peer.Fqdn> names, List<Finding> told) {
    for (int number : new TreeSet<>(compilation.identities().select(rule.subject()))) {
      Subject subject = compilation.subjects().get(number);
      if (subject == null || !compilation.inUse(number)) {
        continue;
      }
      Asking asking = asking(subject);
      if (!asking.mayAsk) {
        told.add(
            told(
                names.getFirst(),
                "no rule lets "
                    + pods(subject)
                    + " ask DNS on port 53, so that no address is ever learnt"));
        return;
      }
      for (TrafficRule.Peer.Fqdn name : names) {
        if (asking.learnt.isEmpty()) {
          told.add(
              told(
                  name,
                  pods(subject)
                      + " may ask on port 53, but no rules.dns is there: names resolve and no"
                      + " address is ever learnt"));
          return;
        }
        if (asking.learnt.stream().noneMatch(one -> covers(one, name.selector()))) {
          told.add(told(name, "rules.dns of " + pods(subject) + " lets nobody ask for this name"));
        }
      }
    }
  }

  private static Finding told(TrafficRule.Peer.Fqdn name, String why) {
    return PolicyCheck.warning(
        PolicyWarnings.FQDN_WITHOUT_DNS,
        name.path(),
        why
            + ": add to egress: - {toEndpoints: [{matchLabels:"
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
   * @param mayAsk whether any rule lets it reach port 53
   * @param learnt names whose answers are learnt
   */
  private record Asking(boolean mayAsk, List<FqdnSelector> learnt) {}

  private Asking asking(Subject subject) {
    boolean mayAsk = false;
    List<FqdnSelector> learnt = new ArrayList<>();
    for (PolicyPart part : subject.parts()) {
      Policy policy = compilation.policies().get(part.policy()).policy();
      for (TrafficRule rule : policy.rules().get(part.index()).egress().rules()) {
        if (rule.action() != TrafficRule.Action.ALLOW || !names(rule).isEmpty()) {
          continue;
        }
        mayAsk |= rule.ports().isEmpty();
        for (TrafficRule.PortRule port : rule.ports()) {
          if (isDns(port)) {
            mayAsk = true;
            if (port.l7() instanceof L7Rules.Dns(List<FqdnSelector> names)) {
              learnt.addAll(names);
            }
          }
        }
      }
    }
    return new Asking(mayAsk, learnt);
  }

  /** A port that is known by its name alone says by its names of DNS that it is meant for them. */
  private static boolean isDns(TrafficRule.PortRule port) {
    return port.protocol().numbers().contains(UDP)
        && switch (port.ports()) {
          case TrafficRule.Ports.Range(int first, int last) ->
              first <= DNS_PORT && DNS_PORT <= last;
          case TrafficRule.Ports.Named unused -> port.l7() instanceof L7Rules.Dns;
        };
  }

  /** Whether names that one means, or for a pattern a name that it means, may be asked for. */
  private static boolean covers(FqdnSelector asked, FqdnSelector wanted) {
    return asked.equals(wanted)
        || asked.matches(wanted.text().replace("**.", "x.").replace("*", "x"));
  }

  private static String pods(Subject subject) {
    return subject
        .labels()
        .value("k8s", dev.sluice.core.policy.LabelSelector.POD_NAMESPACE)
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
      told.add(
          PolicyCheck.note(
              PolicyWarnings.PATTERN_WITHOUT_APEX,
              name.path(),
              text
                  + " does not match "
                  + apex
                  + " itself: add matchName: \""
                  + apex
                  + "\" if that is meant too"));
    }
  }
}
