package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;
import static dev.sluice.core.proof.Trees.with;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectEvent.Type;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.PolicyParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes worlds over the whole language. Policies are made as trees and go through the real reader;
 * what it refuses is counted by the coverage and made again.
 */
public final class WorldGenerator {
  private static final int PODS = 6;
  private static final int POLICIES = 6;
  private static final int ATTEMPTS = 12;

  /** One change of one object; a null body takes it away. */
  private record Version(ObjectKey key, Map<String, Object> body) {}

  private final Choices choices;
  private final Coverage coverage;
  private final ClusterTrees cluster;
  private final TreeMap<ObjectKey, Map<String, Object>> objects = new TreeMap<>();
  private final List<Deque<Version>> histories = new ArrayList<>();

  private WorldGenerator(Choices choices, Coverage coverage) {
    this.choices = choices;
    this.coverage = coverage;
    this.cluster = new ClusterTrees(choices);
  }

  /**
   * @param coverage told every policy of the world
   */
  public static GeneratedWorld make(Choices choices, Coverage coverage) {
    return new WorldGenerator(choices, coverage).make();
  }

  private GeneratedWorld make() {
    for (int i = choices.below(POLICIES) + 1; i > 0; i--) {
      policy(i);
    }
    for (String namespace : Words.NAMESPACES) {
      object(new ObjectKey("Namespace", "", namespace));
    }
    object(new ObjectKey("Node", "", "node-1"));
    object(new ObjectKey("Node", "", "node-2"));
    for (int i = 2 + choices.below(PODS - 1); i > 0; i--) {
      object(new ObjectKey("Pod", namespace(), "p" + i));
    }
    for (String service : choices.some(Words.SERVICES, 0, 3)) {
      String namespace = choices.any(Words.NAMESPACES);
      object(new ObjectKey("Service", namespace, service));
      if (service.equals("far")) {
        object(new ObjectKey("EndpointSlice", namespace, "far-" + choices.any("4", "6")));
      }
    }
    if (choices.oneIn(2)) {
      object(new ObjectKey("EndpointSlice", "default", "kubernetes-" + choices.any("4", "6")));
    }
    for (String group : choices.some(Words.GROUPS, 0, 2)) {
      ObjectKey key = new ObjectKey("CiliumCIDRGroup", "", group);
      object(key);
      coverage.seen(key.kind(), objects.get(key));
    }
    if (choices.oneIn(4)) {
      object(ClusterSettings.KEY);
      coverage.seen(ClusterSettings.KIND, objects.get(ClusterSettings.KEY));
    }
    ghost();
    List<ObjectEvent> log = log();
    return new GeneratedWorld(objects, log, answers(log.size()));
  }

  private void policy(int number) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      ObjectKey key = policyKey(number);
      Map<String, Object> body = policyBody(key);
      if (coverage.accepts(key, PolicyParser.parse(key, body))) {
        coverage.seen(key.kind(), body);
        keep(key, body, older(key));
        return;
      }
    }
  }

  /** The first of them more often, so that policies meet their pods. */
  private String namespace() {
    return choices.oneIn(2) ? choices.any(Words.NAMESPACES) : Words.NAMESPACES.getFirst();
  }

  private ObjectKey policyKey(int number) {
    String namespace = namespace();
    return switch (choices.below(8)) {
      case 4 -> new ObjectKey("CiliumClusterwideNetworkPolicy", "", "c" + number);
      case 5, 6 -> new ObjectKey("NetworkPolicy", namespace, "k" + number);
      case 7 -> new ObjectKey("ClusterNetworkPolicy", "", "t" + number);
      default -> new ObjectKey("CiliumNetworkPolicy", namespace, "p" + number);
    };
  }

  private Map<String, Object> policyBody(ObjectKey key) {
    Map<String, Object> annotations =
        choices.any(null, null, audit("Enabled"), audit("Enabled"), audit("Disabled"));
    Map<String, Object> metadata =
        tree(
            "name",
            key.name(),
            "namespace",
            key.namespace().isEmpty() ? null : key.namespace(),
            "annotations",
            annotations);
    Map<String, Object> body =
        switch (key.kind()) {
          case "NetworkPolicy" -> tree("spec", new KubernetesPolicyTrees(choices).networkPolicy());
          case "ClusterNetworkPolicy" ->
              tree("spec", new KubernetesPolicyTrees(choices).clusterNetworkPolicy());
          default -> new CiliumPolicyTrees(choices).body();
        };
    return with(body, "metadata", metadata);
  }

  private static Map<String, Object> audit(String mode) {
    return tree("sluice.dev/policy-audit-mode", mode);
  }

  /** Older versions of a policy, if any; some of them refused. */
  private List<Version> older(ObjectKey key) {
    return choices.oneIn(3) ? List.of(new Version(key, policyBody(key))) : List.of();
  }

  private void object(ObjectKey key) {
    List<Version> older =
        choices.oneIn(4) ? List.of(new Version(key, cluster.body(key))) : List.of();
    keep(key, cluster.body(key), older);
  }

  private void keep(ObjectKey key, Map<String, Object> body, List<Version> older) {
    objects.put(key, body);
    Deque<Version> history = new ArrayDeque<>(older);
    if (choices.oneIn(5)) {
      history.add(new Version(key, cluster(key) ? cluster.body(key) : body));
      history.add(new Version(key, null));
    }
    history.add(new Version(key, body));
    boolean refusable = PolicyParser.isPolicy(key.kind()) || key.equals(ClusterSettings.KEY);
    if (refusable && choices.oneIn(6)) {
      history.add(new Version(key, tree("spec", tree("nonsense", true))));
    }
    histories.add(history);
  }

  private static boolean cluster(ObjectKey key) {
    return !PolicyParser.isPolicy(key.kind());
  }

  /** Someone, a policy and settings that come and go. */
  private void ghost() {
    if (choices.oneIn(2)) {
      ObjectKey pod = new ObjectKey("Pod", namespace(), "p9");
      histories.add(
          new ArrayDeque<>(List.of(new Version(pod, cluster.body(pod)), new Version(pod, null))));
    }
    if (choices.oneIn(2)) {
      ObjectKey policy = policyKey(9);
      Map<String, Object> body = policyBody(policy);
      histories.add(
          new ArrayDeque<>(List.of(new Version(policy, body), new Version(policy, null))));
    }
    if (choices.oneIn(8) && !objects.containsKey(ClusterSettings.KEY)) {
      Map<String, Object> body = cluster.body(ClusterSettings.KEY);
      Version gone = new Version(ClusterSettings.KEY, null);
      histories.add(new ArrayDeque<>(List.of(new Version(ClusterSettings.KEY, body), gone)));
    }
  }

  /** What DNS says meanwhile: of strangers, and of some that names must not speak for. */
  private List<GeneratedWorld.Told> answers(int records) {
    List<String> addresses = new ArrayList<>(Words.STRANGERS);
    addresses.addAll(List.of("10.0.1.11", "172.31.0.2", "10.0.1.250"));
    return times(
        choices.below(7),
        () ->
            new GeneratedWorld.Told(
                choices.below(records),
                choices.any(Words.ANSWERED),
                IpAddress.parse(choices.any(addresses)),
                !choices.oneIn(4)));
  }

  /** Every object's history, in any order; the first listing ends anywhere. */
  private List<ObjectEvent> log() {
    GeneratedWorld.Log log = new GeneratedWorld.Log();
    int left = histories.stream().mapToInt(Deque::size).sum();
    int listed = choices.below(left + 1);
    List<Deque<Version>> open = new ArrayList<>(histories);
    for (int i = 0; !open.isEmpty(); i++) {
      if (i == listed) {
        log.listed();
      }
      Deque<Version> one = open.get(choices.below(open.size()));
      Version version = one.poll();
      log.add(
          version.body == null ? Type.DELETED : choices.any(Type.ADDED, Type.MODIFIED),
          version.key,
          version.body == null ? Map.of() : version.body);
      if (one.isEmpty()) {
        open.remove(one);
      }
      if (choices.oneIn(30)) {
        log.longAfter();
      }
    }
    if (listed >= left) {
      log.listed();
    }
    return log.longAfter().longAfter().events();
  }
}
