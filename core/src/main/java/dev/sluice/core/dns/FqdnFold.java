package dev.sluice.core.dns;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.DependencyOrder;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.FqdnSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names side of the cluster: selectors of policies, prefixes and answers in; numbered sets of
 * selectors and learned addresses out. Sets that policies make likely are numbered before anybody
 * asks: each selector alone, and all that select a name which a policy spells out.
 *
 * <p>Its rows are its memory: {@link #restore} from them goes on as if nothing had happened. Cost
 * follows the change. Not thread safe.
 */
public final class FqdnFold {
  private static final DependencyOrder<FqdnRecord> ORDER =
      new DependencyOrder<>(List.of(NumberedSet.class, LearnedAddress.class));
  private static final int WORLD = ReservedIdentity.WORLD.number();

  /**
   * A set that a node asks for and no policy knows: nodes ask again every 30 s while they need it.
   */
  static final long WANTED_MILLIS = 90_000;

  private final NameSelectors selectors = new NameSelectors();
  private final PrefixBases bases = new PrefixBases();
  private final SharedWords words = new SharedWords();
  private final NameBook book;
  private final SetNumbers numbers = new SetNumbers();
  private final Map<String, FqdnRecord> rows = new HashMap<>();
  private final Set<IpAddress> touched = new TreeSet<>();

  /** Sets that nodes asked for and that have no number yet, by when: ms since 1970. */
  private final TreeMap<SelectorSet, Long> wanted = new TreeMap<>();

  private boolean selectorsChanged;

  private FqdnFold(AddressLife life) {
    this.book = new NameBook(life, words);
  }

  public static FqdnFold empty(AddressLife life) {
    return new FqdnFold(life);
  }

  /** A fold that gave out these rows; selectors and prefixes are put in again by the caller. */
  public static FqdnFold restore(AddressLife life, Collection<FqdnRecord> rows) {
    FqdnFold fold = new FqdnFold(life);
    for (FqdnRecord row : rows) {
      switch (row) {
        case NumberedSet set -> {
          fold.rows.put(set.key(), set);
          fold.numbers.restore(set);
        }
        case LearnedAddress learned -> {
          LearnedAddress shared = fold.words.in(learned);
          fold.rows.put(shared.key(), shared);
          fold.book.restore(shared);
        }
      }
    }
    return fold;
  }

  /** A policy uses this selector. */
  public void selector(String id, FqdnSelector selector) {
    selectors.put(id, selector);
    selectorsChanged = true;
  }

  /** No policy uses the selector any more. */
  public void selectorGone(String id) {
    selectorsChanged |= selectors.remove(id);
  }

  /** A prefix has this identity. Single addresses of the cluster count too. */
  public void prefix(Prefix prefix, int identity) {
    if (bases.put(prefix, identity)) {
      touchIn(prefix);
    }
  }

  public void prefixGone(Prefix prefix) {
    if (bases.remove(prefix)) {
      touchIn(prefix);
    }
  }

  private void touchIn(Prefix prefix) {
    if (prefix.isSingle()) {
      if (!book.names(prefix.address()).isEmpty()) {
        touched.add(prefix.address());
      }
    } else {
      book.all().stream().filter(prefix::contains).forEach(touched::add);
    }
  }

  /** Takes one event of topic dns.answers. */
  public void apply(DnsEvent event) {
    touched.addAll(
        switch (event) {
          case DnsEvent.Answered answer -> book.answered(answer);
          case DnsEvent.Used used -> book.used(used.timeMillis(), used.addresses());
          case DnsEvent.Wanted set -> {
            Set<IpAddress> ended = book.passed(set.timeMillis());
            wanted.put(set.set(), book.nowMillis());
            yield ended;
          }
          case DnsEvent.Passed passed -> book.passed(passed.timeMillis());
        });
    long before = book.nowMillis() - WANTED_MILLIS;
    wanted.entrySet().removeIf(each -> each.getValue() < before && !isKnown(each.getKey()));
  }

  private boolean isKnown(SelectorSet set) {
    return selectors.ids().containsAll(set.selectors());
  }

  /** What became of the rows since the last call: sets before the addresses that have them. */
  public List<Change<FqdnRecord>> drain() {
    List<Change<FqdnRecord>> changes = new ArrayList<>();
    if (selectorsChanged) {
      touched.addAll(book.all());
      prepared().forEach(set -> put(changes, new NumberedSet(numbers.number(set), set)));
    }
    for (IpAddress address : touched) {
      refresh(changes, address);
    }
    // Nothing orders a question before or after the row of the policy that it is about.
    List<SelectorSet> answered = wanted.keySet().stream().filter(this::isKnown).toList();
    answered.forEach(set -> put(changes, new NumberedSet(numbers.number(set), set)));
    wanted.keySet().removeAll(answered);
    touched.clear();
    selectorsChanged = false;
    return ORDER.sort(changes);
  }

  private void refresh(List<Change<FqdnRecord>> changes, IpAddress address) {
    List<NameUse> names = book.names(address);
    if (names.isEmpty()) {
      remove(changes, LearnedAddress.class, "address/" + address);
      return;
    }
    SelectorSet set = setOf(selectors, bases, address, names.stream().map(NameUse::name).toList());
    int identity = 0;
    if (set != null) {
      identity = numbers.number(set);
      put(changes, new NumberedSet(identity, set));
    }
    put(changes, new LearnedAddress(address, identity, book.usedUntil(address), names));
  }

  /**
   * What an address stands for under these names; null when no selector selects any of them, or the
   * address is the cluster's.
   */
  public static SelectorSet setOf(
      NameSelectors selectors, PrefixBases bases, IpAddress address, Collection<String> names) {
    int base = bases.of(address);
    TreeSet<String> all = new TreeSet<>();
    names.forEach(name -> all.addAll(selectors.selecting(name)));
    return all.isEmpty() || !PrefixBases.isOutside(base)
        ? null
        : new SelectorSet(List.copyOf(all), base);
  }

  private Set<SelectorSet> prepared() {
    Set<SelectorSet> sets = new TreeSet<>();
    for (String id : selectors.ids()) {
      sets.add(new SelectorSet(List.of(id), WORLD));
      FqdnSelector selector = selectors.get(id);
      if (selector.kind() == FqdnSelector.Kind.NAME) {
        sets.add(new SelectorSet(selectors.selecting(selector.text()), WORLD));
      }
    }
    return sets;
  }

  /**
   * Gives up the numbers that nothing has needed for a while; now and then, its cost is the world.
   */
  public List<Change<FqdnRecord>> tidy() {
    Set<SelectorSet> needed = prepared();
    Set<Integer> carried = new HashSet<>();
    rows.values().forEach(row -> carry(row, carried));
    numbers.all().stream()
        .filter(each -> carried.contains(each.number()))
        .forEach(each -> needed.add(each.set()));
    List<Change<FqdnRecord>> changes = new ArrayList<>();
    for (int number : numbers.release(needed, book.nowMillis())) {
      remove(changes, NumberedSet.class, "set/" + number);
    }
    return ORDER.sort(changes);
  }

  private static void carry(FqdnRecord row, Set<Integer> carried) {
    if (row instanceof LearnedAddress learned) {
      carried.add(learned.identity());
    }
  }

  private void put(List<Change<FqdnRecord>> changes, FqdnRecord row) {
    if (!row.equals(rows.put(row.key(), row))) {
      changes.add(Change.upsert(row.getClass(), row.key(), row));
    }
  }

  private void remove(
      List<Change<FqdnRecord>> changes, Class<? extends FqdnRecord> kind, String key) {
    if (rows.remove(key) != null) {
      changes.add(Change.remove(kind, key));
    }
  }

  /** The latest time that events have told, ms since 1970; 0 before the first. */
  public long nowMillis() {
    return book.nowMillis();
  }

  /** When something may end if nothing else happens; {@link Long#MAX_VALUE} for never. */
  public long nextMillis() {
    return book.nextMillis();
  }

  /** Addresses that had to make room for others of their name since this fold was made. */
  public long evicted() {
    return book.evicted();
  }

  /** Whether the selector selects a name that has an address now. */
  public boolean knows(FqdnSelector selector) {
    return selector.kind() == FqdnSelector.Kind.NAME
        ? !book.addressesOf(selector.text()).isEmpty()
        : book.allNames().stream().anyMatch(selector::matches);
  }

  /** The names whose addresses had to make room, and how many of each did. */
  public Map<String, Long> crowded() {
    Map<String, Long> crowded = new TreeMap<>();
    book.crowded().forEach(name -> crowded.put(name, book.evicted(name)));
    return crowded;
  }

  /** The row of a key; null when there is none. */
  public FqdnRecord row(String key) {
    return rows.get(key);
  }

  /** The rows of these keys, or their removals, for a topic that lost them; in order. */
  public List<Change<FqdnRecord>> again(Collection<String> keys) {
    List<Change<FqdnRecord>> changes = new ArrayList<>();
    for (String key : keys) {
      FqdnRecord row = rows.get(key);
      changes.add(
          row == null
              ? Change.remove(FqdnRecord.kind(key), key)
              : Change.upsert(row.getClass(), key, row));
    }
    return ORDER.sort(changes);
  }

  /** All rows, sets first. */
  public Collection<FqdnRecord> rows() {
    return rows.values();
  }
}
