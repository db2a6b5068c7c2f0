package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.label.LabelSet;
import java.util.TreeMap;

/** What topic desired says of the selectors in use, their members and who has no rules. A view. */
final class PeerRows {
  private final SelectorTable<String> peers;
  private final IdentityIndex identities;
  private final TreeMap<Integer, Subject> subjects;

  PeerRows(
      SelectorTable<String> peers, IdentityIndex identities, TreeMap<Integer, Subject> subjects) {
    this.peers = peers;
    this.identities = identities;
    this.subjects = subjects;
  }

  /** The row of a selector; null when nobody uses it. */
  DesiredRecord.Selector selector(String id) {
    SelectorTable.Entry<String> entry = peers.get(id);
    return entry == null
        ? null
        : new DesiredRecord.Selector(
            id,
            entry.selector().text(),
            entry.users().stream().limit(DesiredRecord.Selector.MOST_USERS).toList());
  }

  /** The row of an identity that comes and goes and is no pod's; null when there is none. */
  DesiredRecord.IdentityLabels labels(int number) {
    LabelSet labels = identities.labels(number);
    return labels == null || subjects.containsKey(number)
        ? null
        : new DesiredRecord.IdentityLabels(number, labels);
  }

  /** Whether a selector is in use and selects a live identity. */
  boolean isMember(String selector, int identity) {
    SelectorTable.Entry<String> entry = peers.get(selector);
    LabelSet labels = identities.labels(identity);
    return entry != null && labels != null && entry.selector().matches(labels);
  }
}
