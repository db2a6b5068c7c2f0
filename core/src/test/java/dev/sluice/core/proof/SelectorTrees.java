package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Label selectors: of endpoints as Cilium writes them, and plain ones. */
final class SelectorTrees {
  private record Key(String name, List<String> values) {}

  private static final List<Key> POD_KEYS =
      List.of(new Key("app", Words.APPS), new Key("role", Words.ROLES));
  private static final List<Key> CILIUM_KEYS =
      List.of(
          new Key("app", Words.APPS),
          new Key("role", Words.ROLES),
          new Key("k8s:app", Words.APPS),
          new Key("any:role", Words.ROLES),
          new Key("k8s:io.kubernetes.pod.namespace", Words.NAMESPACES),
          new Key("io.kubernetes.pod.namespace", Words.NAMESPACES),
          new Key("k8s:io.cilium.k8s.namespace.labels.team", Words.TEAMS),
          new Key("io.cilium.k8s.policy.serviceaccount", Words.ACCOUNTS),
          new Key("k8s:io.cilium.k8s.policy.cluster", List.of("default", "other")));
  private static final List<Key> NAMESPACE_KEYS =
      List.of(
          new Key("team", Words.TEAMS), new Key("kubernetes.io/metadata.name", Words.NAMESPACES));
  private static final List<String> RESERVED =
      List.of("reserved:host", "reserved:remote-node", "reserved:world", "reserved:unmanaged");

  private SelectorTrees() {}

  /** Of the endpoints that a Cilium policy is for. */
  static Map<String, Object> subject(Choices choices) {
    return switch (choices.below(5)) {
      case 0, 1 -> tree();
      case 2 -> selector(choices, CILIUM_KEYS);
      default -> selector(choices, POD_KEYS);
    };
  }

  /** Of the peers of a Cilium policy. */
  static Map<String, Object> peer(Choices choices) {
    if (choices.oneIn(8)) {
      return tree("matchLabels", tree(choices.any(RESERVED), ""));
    }
    return selector(choices, CILIUM_KEYS);
  }

  /** Of pods, as Kubernetes writes it. */
  static Map<String, Object> pods(Choices choices) {
    return selector(choices, POD_KEYS);
  }

  /** Of namespaces. */
  static Map<String, Object> namespaces(Choices choices) {
    return selector(choices, NAMESPACE_KEYS);
  }

  /** Of Services, by their labels. */
  static Map<String, Object> services(Choices choices) {
    return some(choices, List.of(new Key("tier", Words.ROLES), new Key("k8s:tier", Words.ROLES)));
  }

  /** Of CIDR groups, by their labels. */
  static Map<String, Object> groups(Choices choices) {
    return some(choices, List.of(new Key("site", Words.TEAMS), new Key("kind", Words.ROLES)));
  }

  /** One that asks for at least one label that must be there. */
  private static Map<String, Object> some(Choices choices, List<Key> keys) {
    Map<String, Object> selector = new LinkedHashMap<>();
    selector.put("matchLabels", labels(choices, keys, 1));
    if (choices.oneIn(3)) {
      selector.put("matchExpressions", List.of(expression(choices, keys)));
    }
    return selector;
  }

  private static Map<String, Object> selector(Choices choices, List<Key> keys) {
    Map<String, Object> selector = new LinkedHashMap<>();
    if (!choices.oneIn(4)) {
      selector.put("matchLabels", labels(choices, keys, choices.oneIn(4) ? 2 : 1));
    }
    if (choices.oneIn(4)) {
      List<Object> expressions = new ArrayList<>();
      for (int i = choices.oneIn(3) ? 2 : 1; i > 0; i--) {
        expressions.add(expression(choices, keys));
      }
      selector.put("matchExpressions", expressions);
    }
    return selector;
  }

  private static Map<String, Object> labels(Choices choices, List<Key> keys, int count) {
    Map<String, Object> labels = new LinkedHashMap<>();
    for (Key key : choices.some(keys, count, count)) {
      labels.put(key.name, choices.any(key.values));
    }
    return labels;
  }

  private static Map<String, Object> expression(Choices choices, List<Key> keys) {
    Key key = choices.any(keys);
    String operator = choices.any("In", "NotIn", "Exists", "DoesNotExist");
    List<String> values = operator.endsWith("In") ? choices.some(key.values, 1, 2) : null;
    return tree("key", key.name, "operator", operator, "values", values);
  }
}
