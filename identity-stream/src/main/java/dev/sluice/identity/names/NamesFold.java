package dev.sluice.identity.names;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnFold;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.Prefix;
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
  private long position;

  /**
   * @param rows what topic fqdns holds
   * @param position of its mark; -1 when it has none
   */
  NamesFold(Settings settings, Collection<FqdnRecord> rows, long position) {
    this.fold = FqdnFold.restore(life(settings), rows);
    this.position = position;
  }

  private static AddressLife life(Settings settings) {
    return new AddressLife(
        settings.duration(Setting.DNS_TTL_FLOOR).toMillis(),
        3 * settings.duration(Setting.DNS_USE_INTERVAL).toMillis(),
        settings.duration(Setting.DNS_IDLE_GRACE).toMillis(),
        settings.integer(Setting.DNS_ADDRESSES_PER_NAME));
  }

  /** Takes a row of topic desired: selectors of names and identities of prefixes matter. */
  void desired(Row<DesiredRecord> row) {
    if (!(row instanceof Row.Changed<DesiredRecord>(long at, Change<DesiredRecord> change))) {
      return;
    }
    if (change.kind() == DesiredRecord.Selector.class) {
      String id = change.key().substring("selector/".length());
      if (change.value() instanceof DesiredRecord.Selector selector) {
        NameSelectors.read(selector.text()).ifPresent(names -> fold.selector(id, names));
      } else {
        fold.selectorGone(id);
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

  /** Takes an event of topic dns.answers; one at or below the position changes nothing. */
  void answer(long offset, DnsEvent event) {
    if (offset > position) {
      position = offset;
      fold.apply(event);
    }
  }

  /** What became of the rows. */
  List<Change<FqdnRecord>> drain() {
    return fold.drain();
  }

  /** What nothing has needed for a while. */
  List<Change<FqdnRecord>> tidy() {
    return fold.tidy();
  }

  /** Offset of the last record of dns.answers; -1 before the first. */
  long position() {
    return position;
  }

  /** When something may end by itself, ms since 1970. */
  long nextMillis() {
    return fold.nextMillis();
  }
}
