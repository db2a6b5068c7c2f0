package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.CidrGroupParser;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.ClusterSettingsParser;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedCidrGroup;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.ParsedSettings;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyReading;
import dev.sluice.core.policy.PolicyTree;
import dev.sluice.core.policy.PolicyUses;
import dev.sluice.core.policy.SystemPolicy;
import dev.sluice.core.service.Parsed;
import dev.sluice.core.service.ServiceFacts;
import dev.sluice.core.service.ServiceReader;
import dev.sluice.core.service.SliceFacts;
import dev.sluice.core.service.SliceReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The objects that decide which prefixes are in use: policies, CIDR groups, Services and
 * EndpointSlices. Of each the last version that a reader accepted counts; of a policy, where
 * somebody {@link #keepReplaced decides} what is accepted beyond that, also the one it replaced,
 * until the new one is accepted.
 */
final class PeerObjects {
  /**
   * A policy that names more than labels.
   *
   * @param tree canonical bytes of what a reader reads
   */
  record Kept(ObjectKey key, byte[] tree) {}

  /** A version of a policy that names more than labels. */
  private record Version(byte[] tree, PolicyUses uses) {}

  /** The addresses of a slice that are no pods', sorted. */
  static final Function<ObjectEvent, List<Prefix>> OUTSIDE_PODS = PeerObjects::outsidePods;

  private static List<Prefix> outsidePods(ObjectEvent slice) {
    return ObjectBody.of(slice.body())
        .objects("endpoints")
        .filter(endpoint -> !endpoint.object("targetRef").text("kind").equals("Pod"))
        .flatMap(endpoint -> endpoint.texts("addresses"))
        .flatMap(text -> Literals.address(text).stream())
        .map(IpAddress::single)
        .sorted()
        .distinct()
        .toList();
  }

  private final TreeMap<ObjectKey, Version> policies = new TreeMap<>();

  /** Accepted versions, while newer ones are not accepted or have only just been. */
  private final TreeMap<ObjectKey, Version> replaced = new TreeMap<>();

  private boolean keeps;
  private final PeerUses uses;

  PeerObjects(PeerUses uses) {
    this.uses = uses;
  }

  /** Takes up what a snapshot holds. */
  void restore(ClusterSnapshot.Peers kept) {
    kept.listings().forEach(uses.services()::put);
    kept.slices().forEach(uses.services()::put);
    kept.groups().forEach(uses::group);
    kept.policies().forEach(policy -> policies.put(policy.key, version(policy)));
    kept.replaced().forEach(policy -> replaced.put(policy.key, version(policy)));
    policies.keySet().forEach(this::use);
    replaced.keySet().forEach(this::use);
    uses.service(ServiceAddresses.API_SERVER);
  }

  private static Version version(Kept policy) {
    Map<String, Object> body = PolicyTree.body(policy.tree);
    if (policy.key.equals(ClusterSettings.KEY)) {
      return new Version(policy.tree, uses(policy.key, body).orElseThrow());
    }
    return switch (PolicyParser.parse(policy.key, body)) {
      case ParsedPolicy.Accepted(Policy accepted, List<Finding> unused) ->
          new Version(policy.tree, PolicyUses.of(accepted));
      case ParsedPolicy.Refused unused ->
          throw new IllegalArgumentException(policy.key + " was accepted once and is refused now");
    };
  }

  ClusterSnapshot.Peers snapshot() {
    return new ClusterSnapshot.Peers(
        kept(policies),
        kept(replaced),
        uses.groups(),
        uses.services().listings(),
        uses.services().slices());
  }

  private static List<Kept> kept(TreeMap<ObjectKey, Version> versions) {
    return versions.entrySet().stream()
        .map(entry -> new Kept(entry.getKey(), entry.getValue().tree))
        .toList();
  }

  /** From now on a replaced version counts until {@link #release}. */
  void keepReplaced() {
    keeps = true;
  }

  /**
   * Forgets the versions that accepted ones have replaced.
   *
   * @param waiting policies whose newest version is not accepted
   * @return whether there was one
   */
  boolean release(Set<ObjectKey> waiting) {
    boolean any = false;
    for (ObjectKey key : List.copyOf(replaced.keySet())) {
      if (!waiting.contains(key)) {
        replaced.remove(key);
        use(key);
        any = true;
      }
    }
    return any;
  }

  /**
   * Folds a record of an object; those of other kinds are nothing. A policy that named nothing and
   * names nothing changes nothing, whatever else is due.
   *
   * @param waiting policies whose newest version was not accepted before this record
   */
  void fold(ObjectEvent event, boolean gone, Set<ObjectKey> waiting) {
    switch (event.key().kind()) {
      case CidrGroup.KIND -> group(event, gone);
      case "Service" -> service(event, gone);
      case "EndpointSlice" -> slice(event, gone);
      case ClusterSettings.KIND -> settings(event, gone);
      default -> {
        if (PolicyParser.isPolicy(event.key().kind())) {
          policy(event, gone, waiting);
        }
      }
    }
  }

  private void policy(ObjectEvent event, boolean gone, Set<ObjectKey> waiting) {
    ObjectKey key = event.key();
    if (gone) {
      policies.remove(key);
      use(key);
    } else if (event.read(PolicyReading.READER)
        instanceof
        PolicyReading(ParsedPolicy.Accepted(Policy policy, List<Finding> unused), byte[] tree)) {
      Version version = new Version(tree, PolicyUses.of(policy));
      Version before = version.uses.isEmpty() ? policies.remove(key) : policies.put(key, version);
      if (keeps && before != null && !before.uses.equals(version.uses)) {
        if (waiting.contains(key)) {
          replaced.putIfAbsent(key, before);
        } else {
          replaced.put(key, before);
        }
      }
      use(key);
    }
  }

  /** What Sluice's own pods need is in use like what policies name. */
  private void settings(ObjectEvent event, boolean gone) {
    ObjectKey key = event.key();
    if (gone) {
      policies.remove(key);
      use(key);
    } else {
      uses(key, event.body())
          .ifPresent(
              named -> {
                policies.put(key, new Version(PolicyTree.of(event.body()), named));
                use(key);
              });
    }
  }

  /** Empty when the settings are refused: then the last ones stay. */
  private static Optional<PolicyUses> uses(ObjectKey key, Map<String, Object> body) {
    return ClusterSettingsParser.parse(key, body)
            instanceof ParsedSettings.Accepted(ClusterSettings settings)
        ? Optional.of(SystemPolicy.of(settings).map(PolicyUses::of).orElse(PolicyUses.NOTHING))
        : Optional.empty();
  }

  private void use(ObjectKey key) {
    Version nothing = new Version(new byte[0], PolicyUses.NOTHING);
    PolicyUses newest = policies.getOrDefault(key, nothing).uses;
    uses.policy(key, newest.and(replaced.getOrDefault(key, nothing).uses));
  }

  private void group(ObjectEvent event, boolean gone) {
    if (gone) {
      uses.groupGone(event.key().name());
    } else if (CidrGroupParser.parse(event.key(), event.body())
        instanceof ParsedCidrGroup.Accepted(CidrGroup group, List<Finding> unused)) {
      uses.group(group);
    }
  }

  private void service(ObjectEvent event, boolean gone) {
    String name = event.key().namespace() + "/" + event.key().name();
    if (gone) {
      uses.services().removeListing(name);
      uses.service(name);
    } else if (event.read(ServiceReader.READER)
        instanceof Parsed.Accepted<ServiceFacts>(ServiceFacts facts)) {
      if (facts.selector().isEmpty()) {
        uses.services().put(new ServiceAddresses.Listing(name, facts.labels()));
      } else {
        uses.services().removeListing(name);
      }
      uses.service(name);
    }
  }

  private void slice(ObjectEvent event, boolean gone) {
    String name = event.key().namespace() + "/" + event.key().name();
    if (gone) {
      uses.services().removeSlice(name).forEach(uses::service);
    } else if (event.read(SliceReader.READER)
        instanceof Parsed.Accepted<SliceFacts>(SliceFacts facts)) {
      uses.services()
          .put(new ServiceAddresses.Slice(name, facts.serviceKey(), event.read(OUTSIDE_PODS)))
          .forEach(uses::service);
    }
  }
}
