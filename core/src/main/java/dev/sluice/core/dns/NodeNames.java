package dev.sluice.core.dns;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.FqdnSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Names as one node sees them: selectors and prefixes of topic desired, sets and addresses of topic
 * fqdns, and what the node's own pods were just answered, which the topic does not have yet. It
 * says which identity each address must have here; an answer whose set of selectors has no number
 * yet waits. An address that the topic does not have any more is leaving: it stays what it was
 * until the node has looked and found no connection to it. Not thread safe.
 */
public final class NodeNames {
  private final NameSelectors selectors = new NameSelectors();
  private final PrefixBases bases = new PrefixBases();
  private final NumberedSets sets = new NumberedSets();
  private final Map<IpAddress, LearnedAddress> rows = new HashMap<>();
  private final PendingAnswers pending = new PendingAnswers();
  private final Map<IpAddress, Integer> given = new HashMap<>();
  private final Set<IpAddress> touched = new TreeSet<>();
  private final Map<IpAddress, Integer> pinned = new HashMap<>();
  private final OwnNames own = new OwnNames();
  private final Map<OwnNames.Key, Integer> ownGiven = new HashMap<>();
  private final Map<OwnNames.Key, SelectorSet> unnumbered = new TreeMap<>();
  private final SharedWords words = new SharedWords();
  private final LeavingAddresses leaving = new LeavingAddresses();
  private final SetsWithoutRoom without = new SetsWithoutRoom();
  private NameEnds ends = NameEnds.UNTOLD;

  /** Says who is told. */
  public void tell(NameEnds listener) {
    ends = listener;
  }

  /** Topic desired begins again: what it said is void, what topic fqdns said is not. */
  public void restart() {
    List.copyOf(selectors.ids()).forEach(selectors::remove);
    bases.clear();
    given.clear();
    touched.addAll(rows.keySet());
    touched.addAll(pending.addresses());
    ownGiven.clear();
    own.touchAll();
    touched.addAll(leaving.addresses());
    sets.tellAll();
  }

  /** Takes a change of topic desired; returns whether the selectors of names are others now. */
  public boolean desired(Change<DesiredRecord> change) {
    if (change.kind() == DesiredRecord.Selector.class) {
      String id = change.key().substring("selector/".length());
      boolean had = selectors.remove(id);
      Optional<FqdnSelector> names =
          change.value() instanceof DesiredRecord.Selector selector
              ? NameSelectors.read(selector.text())
              : Optional.empty();
      names.ifPresent(selector -> selectors.put(id, selector));
      if (had || names.isPresent()) {
        touched.addAll(pending.addresses());
        own.touchAll();
      }
      return had || names.isPresent();
    }
    if (change.kind() == DesiredRecord.DesiredAddress.class) {
      Prefix prefix = Prefix.parse(change.key().substring("address/".length()));
      boolean changed =
          change.value() instanceof DesiredRecord.DesiredAddress address
              ? bases.put(prefix, address.address().identity())
              : bases.remove(prefix);
      if (changed) {
        touch(prefix);
      }
    }
    return false;
  }

  private void touch(Prefix prefix) {
    if (prefix.isSingle()) {
      own.touch(prefix.address());
      if (rows.containsKey(prefix.address()) || pending.has(prefix.address())) {
        touched.add(prefix.address());
      }
    } else {
      own.touchAll();
      pending.addresses().stream().filter(prefix::contains).forEach(touched::add);
    }
  }

  /** Takes a change of topic fqdns. */
  public void row(Change<FqdnRecord> change) {
    if (change.kind() == NumberedSet.class) {
      int number = Integer.parseInt(change.key().substring("set/".length()));
      if (leaving.passes(number, change)) {
        set(number, change);
      }
    } else {
      IpAddress address =
          change.value() instanceof LearnedAddress learned
              ? learned.address()
              : IpAddress.parse(change.key().substring("address/".length()));
      if (change.value() instanceof LearnedAddress learned) {
        tellEnds(address, rows.put(address, words.in(learned)), learned.names());
        leaving.remove(address);
        learned.names().forEach(use -> pending.settle(address, use));
      } else {
        LearnedAddress gone = rows.remove(address);
        tellEnds(address, gone, List.of());
        if (gone != null && given.containsKey(address)) {
          leaving.add(address, given.get(address), gone.names());
        }
      }
      touched.add(address);
    }
  }

  private void tellEnds(IpAddress address, LearnedAddress before, List<NameUse> now) {
    for (NameUse use : before == null ? List.<NameUse>of() : before.names()) {
      if (now.stream().noneMatch(each -> each.name().equals(use.name()))) {
        ends.ended(address, use);
      }
    }
    now.forEach(use -> ends.alive(address, use.name()));
  }

  private void set(int number, Change<FqdnRecord> change) {
    if (sets.change(number, change)) {
      touched.addAll(pending.addresses());
    }
    own.touchAll();
  }

  /**
   * An address of which the kernel says that a former process gave it this identity. What the
   * topics do not say of it any more leaves as if they had just given it up.
   */
  public void inherit(IpAddress address, int identity) {
    if (!rows.containsKey(address) && !pending.has(address) && sets.has(identity)) {
      leaving.add(address, identity, List.of());
      touched.add(address);
    }
  }

  /** The addresses that go unless a connection to them is found. */
  public Set<IpAddress> leaving() {
    return Set.copyOf(leaving.addresses());
  }

  /**
   * The node has looked for connections after {@link #leaving} said so.
   *
   * @param looked what that said
   * @param open addresses to which there are connections
   * @return what to tell the cluster about those that stay: they are in use, and it forgot them
   */
  public List<DnsEvent.Answered> looked(
      Set<IpAddress> looked, Set<IpAddress> open, long timeMillis) {
    LeavingAddresses.Looked found = leaving.looked(looked, open, timeMillis);
    touched.addAll(found.changed());
    return found.told();
  }

  /** The addresses that have gone and that connections are to be looked for once more. */
  public Set<IpAddress> left() {
    return Set.copyOf(leaving.left());
  }

  /**
   * The node has looked for connections after {@link #left} said so: to those that were opened
   * after the first look, and before the kernel had forgotten the address, it comes back.
   *
   * @return as {@link #looked}
   */
  public List<DnsEvent.Answered> lookedAgain(
      Set<IpAddress> looked, Set<IpAddress> open, long timeMillis) {
    LeavingAddresses.Looked found = leaving.lookedAgain(looked, open, timeMillis);
    touched.addAll(found.changed());
    leaving.takeReleased().forEach(this::set);
    return found.told();
  }

  /** The topic was read whole: what it does not hold any more is gone. */
  public void retain(Set<String> keys) {
    List<Change<FqdnRecord>> gone = new ArrayList<>();
    rows.keySet().stream()
        .map(address -> "address/" + address)
        .filter(key -> !keys.contains(key))
        .forEach(key -> gone.add(Change.remove(LearnedAddress.class, key)));
    sets.all().keySet().stream()
        .map(number -> "set/" + number)
        .filter(key -> !keys.contains(key))
        .forEach(key -> gone.add(Change.remove(NumberedSet.class, key)));
    gone.forEach(this::row);
  }

  /**
   * What the kernel holds of addresses, for a view that has not topic fqdns: an answer adds to it.
   */
  public void pinned(Map<IpAddress, Integer> identities) {
    identities.forEach(
        (address, identity) -> {
          if (sets.has(identity)) {
            pinned.put(address, identity);
            given.put(address, identity);
          }
        });
  }

  /**
   * The sets that the node's maps have no room for; see {@link SetsWithoutRoom}.
   *
   * @return whether {@link #drain} may have something to say of it
   */
  public boolean withoutRoom(Set<Integer> now) {
    Set<Integer> concerned = without.become(now);
    if (concerned.isEmpty()) {
      return false;
    }
    rows.values().stream()
        .filter(row -> concerned.contains(row.identity()))
        .forEach(row -> touched.add(row.address()));
    given.entrySet().stream()
        .filter(each -> concerned.contains(each.getValue()))
        .forEach(each -> touched.add(each.getKey()));
    touched.addAll(pending.addresses());
    touched.addAll(leaving.addresses());
    own.touchAll();
    return true;
  }

  /** The sets that have numbers, as rows. */
  public List<NumberedSet> numberedSets() {
    return sets.rows();
  }

  /** Who an address is, by names or by prefixes. */
  public int identityOf(IpAddress address) {
    Integer named = given.get(address);
    return named == null ? bases.of(address) : named;
  }

  /**
   * A pod of this node was answered, and waits for the addresses to be usable.
   *
   * @return whether the topic does not hold some of it yet
   */
  public boolean answered(DnsEvent.Answered answer) {
    boolean news = false;
    for (IpAddress address : answer.ttlSeconds().keySet()) {
      LearnedAddress row = rows.get(address);
      // An older word of the topic may be about to end: this answer must hold whatever it says.
      boolean known =
          row != null
              && row.names().stream()
                  .anyMatch(
                      use ->
                          use.name().equals(answer.name())
                              && use.learnedMillis() >= answer.timeMillis());
      if (!known) {
        pending.add(address, answer);
        touched.add(address);
        news = true;
      }
    }
    for (var eldest = pending.evict(); eldest.isPresent(); eldest = pending.evict()) {
      touched.add(eldest.get());
    }
    return news;
  }

  /** A pod of this node was answered by a resolver whose word counts for nobody else. */
  public void answeredAlone(OwnNames.Own answer, AddressLife life) {
    own.answered(answer, life);
  }

  /**
   * What became of the sets, and of the addresses' identities, since the last call.
   *
   * @param sets in the order in which they came
   * @param addresses new identity; 0: the address has none by names
   * @param own as addresses, for one endpoint alone; 0: it is to it what it is to all
   */
  public record Step(
      List<Change<FqdnRecord>> sets,
      Map<IpAddress, Integer> addresses,
      Map<OwnNames.Key, Integer> own) {}

  public Step drain() {
    Map<IpAddress, Integer> changed = new TreeMap<>();
    for (IpAddress address : touched) {
      int now = without.instead(identity(address), sets.all());
      Integer before = now == 0 ? given.remove(address) : given.put(address, now);
      if (now != (before == null ? 0 : before)) {
        changed.put(address, now);
        own.touch(address);
      }
    }
    touched.clear();
    leaving.told(changed.keySet());
    Map<OwnNames.Key, Integer> changedOwn = drainOwn();
    return new Step(sets.takeChanges(), changed, changedOwn);
  }

  private Map<OwnNames.Key, Integer> drainOwn() {
    Map<OwnNames.Key, Integer> changed = new TreeMap<>();
    for (OwnNames.Key key : own.takeTouched()) {
      unnumbered.remove(key);
      int now = identity(key);
      Integer before = now == 0 ? ownGiven.remove(key) : ownGiven.put(key, now);
      if (now != (before == null ? 0 : before)) {
        changed.put(key, now);
      }
    }
    return changed;
  }

  /**
   * What an address is to one endpoint: all selectors of its own names and of everybody's. While
   * that set has no number, its own names alone; then what the address is to all.
   */
  private int identity(OwnNames.Key key) {
    Set<String> mine = own.names(key);
    if (mine.isEmpty()) {
      return 0;
    }
    IpAddress address = key.address();
    SelectorSet shared = sets.get(given.getOrDefault(address, 0));
    Set<String> all = new TreeSet<>(names(address));
    all.addAll(mine);
    SelectorSet wanted = FqdnFold.setOf(selectors, bases, address, all);
    if (wanted == null || wanted.equals(shared)) {
      return 0;
    }
    int number = sets.number(wanted);
    if (number == 0) {
      unnumbered.put(key, wanted);
      number = shared == null ? sets.number(FqdnFold.setOf(selectors, bases, address, mine)) : 0;
    }
    return without.has(number) ? 0 : number;
  }

  /** Until the set that an answer needs has a number, the address is what it was. */
  private int identity(IpAddress address) {
    LearnedAddress row = rows.get(address);
    boolean outside = PrefixBases.isOutside(bases.of(address));
    int known = row == null ? pinned.getOrDefault(address, 0) : row.identity();
    int byTopic = !outside || !sets.has(known) ? 0 : known;
    if (byTopic == 0 && row == null && outside) {
      byTopic = leaving.identity(address);
    }
    if (!pending.has(address)) {
      return byTopic;
    }
    SelectorSet set = FqdnFold.setOf(selectors, bases, address, names(address));
    if (row == null && sets.has(byTopic) && set != null) {
      set = set.with(sets.get(byTopic).selectors());
    }
    int number = sets.number(set);
    return number == 0 ? byTopic : number;
  }

  private Set<String> names(IpAddress address) {
    Set<String> names = new TreeSet<>(pending.names(address));
    LearnedAddress row = rows.get(address);
    if (row != null) {
      row.names().stream().map(NameUse::name).forEach(names::add);
    }
    return names;
  }

  /**
   * Whether the identity that was last given out for an address stands for every selector of the
   * name: what the name's policies allow can be used.
   */
  public boolean usable(String name, IpAddress address) {
    if (!PrefixBases.isOutside(bases.of(address))) {
      return true; // of the cluster: names have no say
    }
    SelectorSet set = sets.get(given.getOrDefault(address, 0));
    List<String> needed = selectors.selecting(name);
    return needed.isEmpty() || (set != null && set.selectors().containsAll(needed));
  }

  /**
   * As {@link #usable(String, IpAddress)}, for one endpoint: by what it was answered alone, or by
   * what everybody was.
   */
  public boolean usable(int endpoint, String name, IpAddress address) {
    if (usable(name, address)) {
      return true;
    }
    SelectorSet set = sets.get(ownGiven.getOrDefault(new OwnNames.Key(endpoint, address), 0));
    return set != null && set.selectors().containsAll(selectors.selecting(name));
  }

  /** Whether an address is not usable because the set that it needs has no room on this node. */
  public boolean isWithoutRoom(String name, IpAddress address) {
    return !usable(name, address) && without.has(identity(address));
  }

  /** As {@link #isWithoutRoom(String, IpAddress)}, for one endpoint by what it was answered. */
  public boolean isWithoutRoom(int endpoint, String name, IpAddress address) {
    if (usable(endpoint, name, address)) {
      return false;
    }
    Set<String> all = new TreeSet<>(names(address));
    all.addAll(own.names(new OwnNames.Key(endpoint, address)));
    SelectorSet wanted = FqdnFold.setOf(selectors, bases, address, all);
    return wanted != null && without.has(sets.number(wanted));
  }

  /** Endpoints have connections to addresses that are their own: these stay until then. */
  public void usedAlone(int endpoint, Collection<IpAddress> addresses, long untilMillis) {
    own.used(endpoint, addresses, untilMillis);
  }

  /**
   * Time went on: what endpoints were answered alone may be over.
   *
   * @param living endpoints that the node has
   */
  public void passed(long nowMillis, Set<Integer> living) {
    own.passed(nowMillis, living);
  }

  /** Sets of selectors that endpoints wait for and that have no number yet. */
  public Set<SelectorSet> unnumbered() {
    return new TreeSet<>(unnumbered.values());
  }

  /** Sets that addresses of single endpoints have: their numbers must not be given up. */
  public Set<SelectorSet> neededAlone() {
    Set<SelectorSet> needed = new TreeSet<>();
    ownGiven.values().stream().map(sets::get).filter(Objects::nonNull).forEach(needed::add);
    return needed;
  }

  /** What endpoints were answered alone, to be remembered. */
  public List<OwnNames.Own> answeredAlone() {
    return own.answers();
  }

  /** What endpoints were answered alone, for whoever looks; in order. */
  public List<OwnNames.Known> knownAlone() {
    return own.known();
  }

  /** Who an address is to one endpoint. */
  public int identityOf(OwnNames.Key key) {
    Integer alone = ownGiven.get(key);
    return alone == null ? identityOf(key.address()) : alone;
  }

  /** Addresses of single endpoints that had to make room. */
  public long evictedAlone() {
    return own.evicted();
  }

  /** The selectors of policies, for those who need to know whether a name matters. */
  public NameSelectors selectors() {
    return selectors;
  }

  /** Answers that the topic has not confirmed yet, to be told again. */
  public List<DnsEvent.Answered> unconfirmed() {
    return pending.answers();
  }

  /** Addresses that have an identity by names. */
  public Set<IpAddress> addresses() {
    return Collections.unmodifiableSet(given.keySet());
  }

  /** The names of an address, of the topic and unconfirmed ones. */
  public Collection<String> namesOf(IpAddress address) {
    return names(address);
  }
}
