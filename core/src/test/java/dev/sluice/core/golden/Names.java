package dev.sluice.core.golden;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.proof.CompiledWorld;
import java.util.HashMap;
import java.util.Map;

/** What identities are called in goldens: numbers follow the log, names say who it is. */
final class Names {
  private final Map<Integer, String> names = new HashMap<>();

  Names(CompiledWorld world) {
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      names.put(reserved.number(), "{" + texts(reserved.labels()) + "}");
    }
    names.put(0, "anyone");
    for (Change<ClusterRecord> change : world.cluster().image()) {
      if (change.value() instanceof ClusterRecord.Identity(int number, LabelSet labels)) {
        names.put(number, scope(number) + texts(labels) + "}");
      }
    }
    // Every pod of the world has an identity of its own.
    world.endpoints().forEach(pod -> names.put(pod.identity(), pod.key()));
  }

  private static String texts(LabelSet labels) {
    return String.join(" ", labels.texts()).replaceAll("=(?= |$)", "");
  }

  private static String scope(int number) {
    return switch (IdentityScope.of(number)) {
      case NODES -> "other node {";
      case HOSTS -> "own node {";
      case PREFIXES, RESERVED, PODS, NAMES -> "{";
    };
  }

  void put(int number, String name) {
    names.put(number, name);
  }

  String of(int number) {
    return names.get(number);
  }
}
