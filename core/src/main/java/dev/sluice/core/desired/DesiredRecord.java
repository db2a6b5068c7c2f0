package dev.sluice.core.desired;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.ClusterSettings;
import java.util.List;

/** One value of topic desired: what a node mirrors into its kernel maps. */
public sealed interface DesiredRecord
    permits DesiredRecord.SubjectPolicy,
        DesiredRecord.Selector,
        DesiredRecord.Member,
        DesiredRecord.IdentityPorts,
        DesiredRecord.IdentityLabels,
        DesiredRecord.DesiredAddress,
        DesiredRecord.Settings,
        ServiceRow {

  /** The record's key in topic desired. */
  String key();

  /**
   * The compiled rules of all endpoints with one identity. A subject without a record is closed.
   */
  record SubjectPolicy(
      int identity,
      LabelSet labels,
      long revision,
      String hash,
      DirectionPolicy ingress,
      DirectionPolicy egress)
      implements DesiredRecord {
    @Override
    public String key() {
      return "policy/" + identity;
    }
  }

  /**
   * Rules of one direction, sorted canonically.
   *
   * @param enforced default deny is on; when off, everything that no rule denies is allowed
   * @param enforcedBy the policies that switched it on, {@code kind/namespace/name}; they decide
   *     before tier BASELINE is asked. Empty when enforced: mode always did, and decides last
   * @param auditedBy the policies that would have, were they not audited
   */
  record DirectionPolicy(
      boolean enforced, List<String> enforcedBy, List<String> auditedBy, List<CompiledRule> rules) {
    /** Without any audited policy. */
    public DirectionPolicy(boolean enforced, List<String> enforcedBy, List<CompiledRule> rules) {
      this(enforced, enforcedBy, List.of(), rules);
    }
  }

  /**
   * One rule at selector level.
   *
   * @param selector selector id; empty means any peer
   * @param protocol IP protocol number; 0 any
   * @param portFirst with {@code portLast}: inclusive range; 0..65535 is any port; of ICMP the type
   * @param portName a container's port by its name; the range is then empty ({@code 1..0}) and the
   *     numbers are those of the destination's {@link IdentityPorts}
   * @param precedence see {@link Precedence}; larger decides first, at equal precedence deny wins
   * @param audited whether the rule only tells what it would do
   * @param redirect canonical text of the rules of layer 7; empty for none
   * @param origins {@code kind/namespace/name#path} of every rule this came from, sorted
   */
  record CompiledRule(
      String selector,
      int protocol,
      int portFirst,
      int portLast,
      String portName,
      RuleVerdict verdict,
      int precedence,
      boolean audited,
      String redirect,
      List<String> origins) {
    /** A rule of numbered ports that is enforced. */
    public CompiledRule(
        String selector,
        int protocol,
        int portFirst,
        int portLast,
        RuleVerdict verdict,
        int precedence,
        String redirect,
        List<String> origins) {
      this(
          selector,
          protocol,
          portFirst,
          portLast,
          "",
          verdict,
          precedence,
          false,
          redirect,
          origins);
    }

    /** Whether its ports are known by name alone. */
    public boolean namesPort() {
      return !portName.isEmpty();
    }

    /** The same rule for one numbered port. */
    public CompiledRule at(int port) {
      return new CompiledRule(
          selector, protocol, port, port, "", verdict, precedence, audited, redirect, origins);
    }
  }

  enum RuleVerdict {
    ALLOW,
    DENY,
    PASS,
    AUDIT,
    REDIRECT
  }

  /**
   * A selector that some rule uses. The id is the first 16 hex digits of SHA-256 over the canonical
   * text.
   *
   * @param users the first {@value #MOST_USERS} of the policies that use it, sorted: the row of a
   *     selector that everybody uses stays small, and is not written again for each of them
   */
  record Selector(String id, String text, List<String> users) implements DesiredRecord {
    /** How many users a row names. */
    public static final int MOST_USERS = 32;

    @Override
    public String key() {
      return "selector/" + id;
    }
  }

  /** The identity is selected by the selector. */
  record Member(String selector, int identity) implements DesiredRecord {
    @Override
    public String key() {
      return "member/" + selector + "/" + identity;
    }
  }

  /**
   * The named ports of all pods with one identity, sorted and distinct. An identity whose pods have
   * none has no such record.
   */
  record IdentityPorts(int identity, List<ClusterRecord.NamedPort> ports) implements DesiredRecord {
    @Override
    public String key() {
      return "ports/" + identity;
    }
  }

  /** What holds for the whole cluster; without such a row it is {@link ClusterSettings#DEFAULT}. */
  record Settings(ClusterSettings settings) implements DesiredRecord {
    public static final String KEY = "settings";

    @Override
    public String key() {
      return KEY;
    }
  }

  /**
   * The labels of an identity that is no pod's: of a prefix, or of a node that carries some. Those
   * of pods are in their {@link SubjectPolicy}. No verdict depends on it; it says who was meant.
   */
  record IdentityLabels(int identity, LabelSet labels) implements DesiredRecord {
    @Override
    public String key() {
      return "identity/" + identity;
    }
  }

  /** An address, passed on from identity-stream. */
  record DesiredAddress(ClusterRecord.Address address) implements DesiredRecord {
    @Override
    public String key() {
      return "address/" + address.key();
    }
  }
}
