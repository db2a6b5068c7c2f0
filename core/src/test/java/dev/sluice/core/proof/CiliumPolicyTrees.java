package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bodies of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. */
final class CiliumPolicyTrees {
  private static final List<String> ENTITIES =
      Choices.words(
          "world all cluster host remote-node kube-apiserver health init unmanaged none ingress"
              + " cluster-mesh");

  private final Choices choices;

  CiliumPolicyTrees(Choices choices) {
    this.choices = choices;
  }

  /** {@code spec} or {@code specs} or both. */
  Map<String, Object> body() {
    boolean several = choices.oneIn(5);
    return tree(
        "spec", several && choices.oneIn(2) ? null : spec(),
        "specs", several ? times(1 + choices.below(2), this::spec) : null);
  }

  private Map<String, Object> spec() {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("endpointSelector", SelectorTrees.subject(choices));
    List<String> directions =
        choices.any(
            List.of("ingress"),
            List.of("egress"),
            List.of("ingress", "egress"),
            List.of("ingressDeny"),
            List.of("egressDeny"),
            List.of("ingress", "ingressDeny"),
            List.of("egress", "egressDeny"),
            List.of("ingress", "egress", "ingressDeny", "egressDeny"));
    for (String direction : directions) {
      spec.put(direction, times(rules(direction), () -> rule(direction)));
    }
    if (choices.oneIn(4)) {
      spec.put(
          "enableDefaultDeny",
          tree(
              "ingress", choices.any(null, false, true), "egress", choices.any(null, false, true)));
    }
    if (choices.oneIn(8)) {
      spec.put("description", "why");
      spec.put(
          "labels", List.of(tree("key", "by", "value", "me", "source", choices.any(null, "k8s"))));
      spec.put("log", tree("value", "seen"));
    }
    return spec;
  }

  /** Sometimes none at all, which denies by default; of denials there is one at least. */
  private int rules(String direction) {
    return choices.any(1, 2, 1, 1, 3, direction.endsWith("Deny") ? 1 : 0);
  }

  private Map<String, Object> rule(String direction) {
    boolean egress = direction.startsWith("egress");
    boolean deny = direction.endsWith("Deny");
    Map<String, Object> rule = new LinkedHashMap<>();
    peers(rule, egress ? "to" : "from", egress, deny);
    switch (choices.below(4)) {
      case 0 -> {}
      case 3 -> rule.put("icmps", PortTrees.icmps(choices));
      default -> rule.put("toPorts", PortTrees.toPorts(choices, deny, egress));
    }
    return rule;
  }

  private void peers(Map<String, Object> rule, String prefix, boolean egress, boolean deny) {
    switch (choices.below(egress ? (deny ? 9 : 11) : 7)) {
      case 0, 1 -> rule.put(prefix + "Endpoints", endpoints());
      case 2 -> {}
      case 3 -> rule.put(prefix + "Entities", choices.some(ENTITIES, choices.oneIn(9) ? 0 : 1, 2));
      case 4 -> rule.put(prefix + "CIDR", choices.some(prefixes(), 1, 2));
      case 5, 6 -> rule.put(prefix + "CIDRSet", times(1 + choices.below(2), this::cidrRule));
      case 7, 8 -> rule.put(prefix + "Services", List.of(service()));
      default ->
          rule.put(prefix + "FQDNs", times(1 + choices.below(2), () -> PortTrees.name(choices)));
    }
  }

  private List<Object> endpoints() {
    return times(choices.any(1, 1, 2, 0), () -> SelectorTrees.peer(choices));
  }

  private List<String> prefixes() {
    return choices.oneIn(4) ? Words.PREFIXES6 : Words.PREFIXES4;
  }

  private Map<String, Object> cidrRule() {
    return switch (choices.below(6)) {
      case 4 -> tree("cidrGroupRef", choices.any(Words.GROUPS), "except", anyExcept());
      case 5 -> tree("cidrGroupSelector", SelectorTrees.groups(choices), "except", anyExcept());
      default -> {
        String prefix = choices.any(prefixes());
        yield tree("cidr", prefix, "except", except(choices, prefix));
      }
    };
  }

  private List<String> anyExcept() {
    return choices.oneIn(2) ? choices.some(Words.PREFIXES4, 1, 1) : null;
  }

  /** Some prefixes inside; null for none. */
  static List<String> except(Choices choices, String prefix) {
    dev.sluice.core.net.Prefix outer = dev.sluice.core.net.Prefix.parse(prefix);
    List<String> inside = new ArrayList<>();
    for (List<String> family : List.of(Words.PREFIXES4, Words.PREFIXES6)) {
      family.stream()
          .filter(one -> !one.equals(prefix))
          .filter(one -> outer.contains(dev.sluice.core.net.Prefix.parse(one)))
          .forEach(inside::add);
    }
    return inside.isEmpty() || choices.oneIn(2) ? null : choices.some(inside, 1, 2);
  }

  private Map<String, Object> service() {
    String namespace = choices.any(Words.NAMESPACES);
    return choices.oneIn(3)
        ? tree(
            "k8sServiceSelector",
            tree(
                "selector",
                SelectorTrees.services(choices),
                "namespace",
                choices.oneIn(2) ? namespace : null))
        : tree(
            "k8sService", tree("serviceName", choices.any(Words.SERVICES), "namespace", namespace));
  }
}
