package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The hash of one subject's compiled policy: a leaf of a revision's Merkle root. It covers the
 * subject's labels, whether each direction denies by default, and the rules; never numbers,
 * members, addresses or the names of policies. Anyone who holds a {@link
 * DesiredRecord.SubjectPolicy} can recompute it.
 */
public final class SubjectHash {
  private SubjectHash() {}

  /** Lower-case hex SHA-256; the rules must be in the order of topic desired. */
  public static String of(
      LabelSet labels,
      DesiredRecord.DirectionPolicy ingress,
      DesiredRecord.DirectionPolicy egress) {
    Sha256 hash = Sha256.start().text("sluice.subject.2");
    hash.text(labels.canonical());
    add(hash, ingress);
    add(hash, egress);
    return HexFormat.of().formatHex(hash.end());
  }

  /**
   * One hash over several subjects: what a node says of those that have endpoints on it, and what
   * anyone can recompute from the rows of topic desired. Lower-case hex SHA-256 over the pairs,
   * sorted by labels.
   *
   * @param leaves what {@link #of} gave, by labels
   */
  public static String ofAll(Map<LabelSet, String> leaves) {
    Sha256 hash = Sha256.start().text("sluice.subjects.1").number(leaves.size());
    new TreeMap<>(leaves).forEach((labels, leaf) -> hash.text(labels.canonical()).text(leaf));
    return HexFormat.of().formatHex(hash.end());
  }

  private static void add(Sha256 hash, DesiredRecord.DirectionPolicy direction) {
    hash.number(direction.enforced() ? direction.enforcedBy().isEmpty() ? 2 : 1 : 0)
        .number(direction.auditedBy().isEmpty() ? 0 : 1)
        .number(direction.rules().size());
    for (DesiredRecord.CompiledRule rule : direction.rules()) {
      hash.text(rule.selector())
          .number(rule.protocol())
          .number(((long) rule.portFirst() << 32) | rule.portLast())
          .text(rule.portName())
          .text(rule.verdict().name())
          .number(rule.precedence())
          .number(rule.audited() ? 1 : 0)
          .text(rule.redirect());
    }
  }
}
