package dev.sluice.identity.names;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.CrowdedNames;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnFold;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.UnaskedNames;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.Prefix;
import dev.sluice.schemas.config.NameSettings;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.Row;
import java.util.Collection;
import java.util.List;

/**
 * The fold of names over the rows of its topics. It remembers up to which record of dns.answers it
 * is true. Not thread safe.
 */
final class NamesFold {
  private final FqdnFold fold;
  private final UnaskedNames unasked;
  private final CrowdedNames crowded;
  private final long ahead;
  private CountedAnswers counted;
  private long position;

  /**
   * @param rows what topic fqdns holds
   * @param told what topic diagnostics holds of a former life
   */
  NamesFold(Settings settings, RestoredRows rows, Collection<NameFinding> told) {
    this.fold = FqdnFold.restore(NameSettings.life(settings), rows.held());
    this.unasked = new UnaskedNames(settings.duration(Setting.DNS_UNASKED_AFTER).toMillis());
    this.crowded = new CrowdedNames(settings.integer(Setting.DNS_ADDRESSES_PER_NAME));
    this.position = rows.marked();
    this.counted = rows.counted();
    this.ahead = rows.ahead();
    unasked.restore(told.stream().filter(f -> f.code().equals(UnaskedNames.CODE)).toList());
    crowded.restore(told.stream().filter(f -> f.code().equals(CrowdedNames.CODE)).toList());
  }

  /** Takes a row of topic desired: selectors of names and identities of prefixes matter. */
  void desired(Row<DesiredRecord> row) {
    if (!(row instanceof Row.Changed<DesiredRecord>(long at, Change<DesiredRecord> change))) {
      return;
    }
    if (change.kind() == DesiredRecord.Selector.class) {
      String id = change.key().substring("selector/".length());
      if (change.value() instanceof DesiredRecord.Selector selector) {
        NameSelectors.read(selector.text())
            .ifPresent(
                names -> {
                  fold.selector(id, names);
                  unasked.selector(id, names, selector.users(), fold.knows(names));
                });
      } else {
        fold.selectorGone(id);
        unasked.selectorGone(id);
      }
    } else if (change.kind() == DesiredRecord.DesiredAddress.class) {
      Prefix prefix = Prefix.parse(change.key().substring("address/".length()));
      if (change.value() instanceof DesiredRecord.DesiredAddress address) {
        fold.prefix(prefix, address.address().identity());
      } else {
        fold.prefixGone(prefix);
      }
    }
  }

  /**
   * Where topic dns.answers is to be read from; said before the first answer.
   *
   * @param topicId Kafka's
   * @param first offset of the first record that it has
   * @param end offset after the last
   */
  CountedAnswers.Beginning begin(String topicId, long first, long end) {
    CountedAnswers.Beginning beginning = counted.after(position, topicId, first, end);
    counted = beginning.counted();
    return beginning;
  }

  /**
   * Takes an event of topic dns.answers at an offset; one at or below the position changes nothing.
   */
  void answer(long offset, DnsEvent event) {
    if (counted.position(offset) > position) {
      position = counted.position(offset);
      fold.apply(event);
      if (event instanceof DnsEvent.Answered answered) {
        unasked.answered(answered.name());
      }
      unasked.passed(event.timeMillis());
    }
  }

  /** What became of the findings about policies. */
  List<Change<NameFinding>> findings() {
    return unasked.drain();
  }

  /** The same of what is counted; now and then. */
  List<Change<NameFinding>> counts() {
    return crowded.look(fold.nowMillis(), fold.crowded(), unasked::policies);
  }

  /** What became of the rows. */
  List<Change<FqdnRecord>> drain() {
    return fold.drain();
  }

  /** What nothing has needed for a while. */
  List<Change<FqdnRecord>> tidy() {
    return fold.tidy();
  }

  /** Number of the last record of dns.answers; -1 before the first. */
  long position() {
    return position;
  }

  /** What the position counts. */
  CountedAnswers counted() {
    return counted;
  }

  /** What the rows are true for: the position, or what those of a former life are true for. */
  long rowPosition() {
    return Math.max(position, ahead);
  }

  /** The row of a key; null when there is none. */
  FqdnRecord row(String key) {
    return fold.row(key);
  }

  /** The rows of these keys, for a topic that lost them. */
  List<Change<FqdnRecord>> again(Collection<String> keys) {
    return fold.again(keys);
  }

  /** When something may end by itself, ms since 1970. */
  long nextMillis() {
    return Math.min(fold.nextMillis(), unasked.nextMillis());
  }
}
