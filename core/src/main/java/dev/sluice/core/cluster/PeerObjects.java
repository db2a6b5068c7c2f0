package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.CidrGroupParser;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedCidrGroup;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyTree;
import dev.sluice.core.policy.PolicyUses;
import dev.sluice.core.service.Parsed;
import dev.sluice.core.service.ServiceFacts;
import dev.sluice.core.service.ServiceReader;
import dev.sluice.core.service.SliceFacts;
import dev.sluice.core.service.SliceReader;
import java.util.List;
import java.util.TreeMap;

/**
 * The objects that decide which prefixes are in use: policies, CIDR groups, Services and
 * EndpointSlices. Of each the last version that a reader accepted counts.
 */
final class PeerObjects {
  /**
   * A policy that names more than labels.
   *
   * @param tree canonical bytes of what a reader reads
   */
  record Kept(ObjectKey key, byte[] tree) {}

  private final TreeMap<ObjectKey, byte[]> policies = new TreeMap<>();
  private final PeerUses uses;

  PeerObjects(PeerUses uses) {
    this.uses = uses;
  }

  /** Takes up what a snapshot holds. */
  void restore(ClusterSnapshot.Peers kept) {
    kept.listings().forEach(uses.services()::put);
    kept.slices().forEach(uses.services()::put);
    kept.groups().forEach(uses::group);
    for (Kept policy : kept.policies()) {
      policies.put(policy.key, policy.tree);
      if (PolicyParser.parse(policy.key, PolicyTree.body(policy.tree))
          instanceof ParsedPolicy.Accepted(Policy accepted, List<Finding> unused)) {
        uses.policy(policy.key, PolicyUses.of(accepted));
      } else {
        throw new IllegalArgumentException(policy.key + " was accepted once and is refused now");
      }
    }
    uses.service(ServiceAddresses.API_SERVER);
  }

  ClusterSnapshot.Peers snapshot() {
    return new ClusterSnapshot.Peers(
        policies.entrySet().stream().map(e -> new Kept(e.getKey(), e.getValue())).toList(),
        uses.groups(),
        uses.services().listings(),
        uses.services().slices());
  }

  /** Folds a record of an object; those of other kinds are nothing. */
  void fold(ObjectEvent event, boolean gone) {
    switch (event.key().kind()) {
      case CidrGroup.KIND -> group(event, gone);
      case "Service" -> service(event, gone);
      case "EndpointSlice" -> slice(event, gone);
      default -> {
        if (PolicyParser.isPolicy(event.key().kind())) {
          policy(event, gone);
        }
      }
    }
  }

  private void policy(ObjectEvent event, boolean gone) {
    ObjectKey key = event.key();
    if (gone) {
      policies.remove(key);
      uses.policy(key, PolicyUses.NOTHING);
    } else if (PolicyParser.parse(key, event.body())
        instanceof ParsedPolicy.Accepted(Policy policy, List<Finding> unused)) {
      PolicyUses used = PolicyUses.of(policy);
      uses.policy(key, used);
      if (used.isEmpty()) {
        policies.remove(key);
      } else {
        policies.put(key, PolicyTree.of(event.body()));
      }
    }
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
    } else if (ServiceReader.read(event.key(), event.body())
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
    } else if (SliceReader.read(event.key(), event.body())
        instanceof Parsed.Accepted<SliceFacts>(SliceFacts facts)) {
      List<Prefix> addresses =
          ObjectBody.of(event.body())
              .objects("endpoints")
              .filter(endpoint -> !endpoint.object("targetRef").text("kind").equals("Pod"))
              .flatMap(endpoint -> endpoint.texts("addresses"))
              .flatMap(text -> Literals.address(text).stream())
              .map(IpAddress::single)
              .sorted()
              .distinct()
              .toList();
      uses.services()
          .put(new ServiceAddresses.Slice(name, facts.serviceKey(), addresses))
          .forEach(uses::service);
    }
  }
}
