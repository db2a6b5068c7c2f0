package dev.sluice.core.desired;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.LabelSet;
import java.util.List;

/** One value of topic desired: what a node mirrors into its kernel maps. */
public sealed interface DesiredRecord
    permits DesiredRecord.SubjectPolicy,
        DesiredRecord.Selector,
        DesiredRecord.Member,
        DesiredRecord.DesiredAddress,
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
   * @param enforcedBy the policies that switched it on, {@code kind/namespace/name}
   */
  record DirectionPolicy(boolean enforced, List<String> enforcedBy, List<CompiledRule> rules) {}

  /**
   * One rule at selector level.
   *
   * @param selector selector id; empty means any peer
   * @param protocol IP protocol number; 0 any
   * @param portFirst with {@code portLast}: inclusive range; 0..65535 is any port
   * @param precedence larger wins; equal: deny wins
   * @param redirect L7 parser and rule set; empty for none
   * @param origins {@code kind/namespace/name#path} of every rule this came from, sorted
   */
  record CompiledRule(
      String selector,
      int protocol,
      int portFirst,
      int portLast,
      RuleVerdict verdict,
      int precedence,
      String redirect,
      List<String> origins) {}

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
   */
  record Selector(String id, String text, List<String> users) implements DesiredRecord {
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

  /** An address, passed on from identity-stream. */
  record DesiredAddress(ClusterRecord.Address address) implements DesiredRecord {
    @Override
    public String key() {
      return "address/" + address.key();
    }
  }
}
