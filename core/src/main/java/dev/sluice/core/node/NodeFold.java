package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.ClusterSettings;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * What one node's kernel maps must hold. It mirrors topic desired at selector level, flattens the
 * policies of the identities that have endpoints on this node, and takes every address.
 *
 * <p>The caller applies whole groups, up to a mark, says which identities are local, asks for the
 * {@link #plan}, writes it and says {@link #realised}; a plan that was refused or failed is not
 * lost, the next one contains it. After a restart, or when a write failed half way, the plan is
 * {@code MapPlan.diff(what was read back, fold.wanted())} instead. One thread.
 */
public final class NodeFold {
  private final String node;
  private final Map<String, DesiredRecord> mirror = new HashMap<>();
  private final WantedEntries wanted = new WantedEntries();
  private final RuleBook rules = new RuleBook();
  private final LocalPolicies policies = new LocalPolicies(wanted, rules);
  private final NamedIdentities names = new NamedIdentities(policies, wanted);

  private NodeFold(String node) {
    this.node = node;
  }

  /**
   * @param node this node's name: its own addresses are host, and need no tunnel
   */
  public static NodeFold empty(String node) {
    return new NodeFold(node);
  }

  /**
   * Takes one change of topic desired. A removal of what is not there, or an equal value, is
   * nothing.
   */
  public void apply(Change<DesiredRecord> change) {
    DesiredRecord old =
        change.isRemoval() ? mirror.remove(change.key()) : mirror.put(change.key(), change.value());
    if (change.isRemoval()) {
      removed(old);
    } else if (!change.value().equals(old)) {
      put(change.value());
    }
  }

  private void put(DesiredRecord record) {
    switch (record) {
      case DesiredRecord.SubjectPolicy policy -> policies.put(policy);
      case DesiredRecord.Member member -> {
        policies.put(member);
        names.put(member);
      }
      case DesiredRecord.DesiredAddress address -> names.put(entry(address.address()));
      case DesiredRecord.IdentityPorts ports -> policies.put(ports);
      case DesiredRecord.Settings(ClusterSettings settings) ->
          names.roomOfEach(settings.policyMapEntries());
      case DesiredRecord.Selector unused -> {}
      case DesiredRecord.IdentityLabels unused -> {}
      case ServiceRow unused -> {}
    }
  }

  private void removed(DesiredRecord record) {
    switch (record) {
      case null -> {}
      case DesiredRecord.SubjectPolicy policy -> policies.remove(policy);
      case DesiredRecord.Member member -> {
        policies.remove(member);
        names.remove(member);
      }
      case DesiredRecord.IdentityPorts ports -> policies.remove(ports);
      case DesiredRecord.DesiredAddress address ->
          names.remove(new KernelEntry.AddressKey(address.address().prefix()));
      case DesiredRecord.Settings unused ->
          names.roomOfEach(ClusterSettings.DEFAULT.policyMapEntries());
      case DesiredRecord.Selector unused -> {}
      case DesiredRecord.IdentityLabels unused -> {}
      case ServiceRow unused -> {}
    }
  }

  /** All records of topic desired that it was given; an unmodifiable view. */
  public Collection<DesiredRecord> records() {
    return Collections.unmodifiableCollection(mirror.values());
  }

  /** How many entries the node's policy map holds; before it is said, as many as come. */
  public void capacity(int entries) {
    names.roomOfAll(entries);
  }

  /**
   * A set of selectors of names got a number, which is selected by them and like its base; unless
   * there is {@linkplain #withoutRoom no room} for it.
   */
  public void set(int number, SelectorSet set) {
    names.set(number, set);
  }

  /**
   * The sets of names that are left out on this node, by number: with them, and with those that
   * have lower numbers, an identity would have more entries than the settings allow, or all of them
   * more than the map holds. Their addresses are what they are without names.
   */
  public SortedMap<Integer, NoRoom> withoutRoom() {
    names.settle();
    return names.without();
  }

  /** The number of a set means nothing any more. */
  public void setGone(int number) {
    names.setGone(number);
  }

  /**
   * An address outside the cluster has this identity by its names; 0: none. What topic desired says
   * of exactly this address goes before, unless the identity's set has it as its base.
   */
  public void learned(IpAddress address, int identity) {
    names.learned(address, identity);
  }

  /** What an address outside the cluster is to one endpoint alone; 0: what it is to all. */
  public void own(int endpoint, IpAddress address, int identity) {
    names.own(endpoint, address, identity);
  }

  /** What a subject may ask a server, by the server's identity; closed without a policy. */
  public QuestionRules questions(int subject, int server, int protocol, int port) {
    return policies.questions(subject, server, protocol, port);
  }

  /**
   * Whether a subject's packets to a server reach it, and no proxy sees them.
   *
   * @param egress of the subject
   */
  public boolean isPastProxy(
      DesiredRecord.DirectionPolicy egress, int server, int protocol, int port) {
    Predicate<String> selects = policies.selecting(server)::contains;
    return QuestionRules.of(egress, selects, protocol, port).every()
        && !QuestionRules.passProxy(egress, selects, protocol, port);
  }

  private KernelEntry.AddressEntry entry(ClusterRecord.Address address) {
    boolean own = address.node().equals(node);
    int identity = own ? ownIdentity(address) : address.identity();
    // A pod's packet goes through the tunnel even there: the underlay carries no pod's address.
    boolean underlay =
        !own && address.nodeAddresses().stream().anyMatch(a -> a.single().equals(address.prefix()));
    IpAddress tunnel =
        own ? null : address.nodeAddresses().stream().filter(a -> !a.v6()).findFirst().orElse(null);
    return new KernelEntry.AddressEntry(
        new KernelEntry.AddressKey(address.prefix()), identity, tunnel, underlay);
  }

  private static int ownIdentity(ClusterRecord.Address address) {
    if (address.ownIdentity() != 0) {
      return address.ownIdentity();
    }
    return address.identity() == ReservedIdentity.REMOTE_NODE.number()
        ? ReservedIdentity.HOST.number()
        : address.identity();
  }

  /** The identities of all endpoints on this node; replaces the ones given before. */
  public void local(Set<Integer> identities) {
    policies.local(identities);
  }

  /** The difference between what was last {@link #realised} and what is wanted now. */
  public MapPlan plan() {
    names.settle();
    return wanted.plan();
  }

  /**
   * What the last {@link #plan} or {@link #wanted} said is in the kernel: written without error, or
   * read back equal. Nothing may have been applied since.
   */
  public void realised() {
    wanted.realised();
  }

  /** Every entry that the kernel maps should hold now. A view; valid until the next change. */
  public Collection<KernelEntry> wanted() {
    names.settle();
    return wanted.all();
  }

  /** Every entry that was last {@link #realised}, whatever is wanted by now. */
  public List<KernelEntry> held() {
    return wanted.held();
  }

  /** What cookies mean. */
  public RuleBook rules() {
    return rules;
  }

  /** The compiled policy of an identity, local or not; it has the identity's labels too. */
  public Optional<DesiredRecord.SubjectPolicy> subject(int identity) {
    return policies.policy(identity);
  }

  /** Who has an address or prefix, exactly as written. */
  public Optional<ClusterRecord.Address> address(Prefix prefix) {
    return Optional.ofNullable(mirror.get("address/" + prefix))
        .map(record -> ((DesiredRecord.DesiredAddress) record).address());
  }

  /**
   * One hash over {@link #subjects}, for node.status: what is wanted, and so what is realised once
   * the plan is. Numbers, members and names of policies are not in it; whoever reads topic desired
   * can recompute it.
   */
  public String hash() {
    names.settle();
    return policies.leaves().hash();
  }

  /** The leaf ({@code SubjectHash}) of every local subject that has a policy, by identity. */
  public SortedMap<Integer, String> subjects() {
    names.settle();
    return policies.leaves().byIdentity();
  }
}
