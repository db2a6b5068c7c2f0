package dev.sluice.core.service;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.desired.ServiceRow.Backend;
import dev.sluice.core.desired.ServiceRow.Frontend;
import dev.sluice.core.log.Change;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.FrontendKey;
import dev.sluice.core.service.LbEntry.MemberEntry;
import dev.sluice.core.service.LbEntry.MemberKey;
import dev.sluice.core.service.LbEntry.RangeEntry;
import dev.sluice.core.service.LbEntry.RangeKey;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SeatEntry;
import dev.sluice.core.service.LbEntry.SeatKey;
import dev.sluice.core.service.LbEntry.SlotEntry;
import dev.sluice.core.service.LbEntry.SlotKey;
import dev.sluice.core.service.LbEntry.TableEntry;
import dev.sluice.core.service.LbEntry.TableKey;
import dev.sluice.core.service.LbEntry.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What one node's load-balancing maps must hold: mirrors the {@code service/…} rows of topic
 * desired, decides which backends this node uses, and keeps each in its slot for as long as it can,
 * so that one backend that goes costs two writes. The cost follows the groups that change.
 *
 * <p>Used as {@link dev.sluice.core.node.NodeFold} is: changes, then {@link #plan}, then {@link
 * #realised}; after a restart {@link #planFrom} what the maps hold. One thread.
 */
public final class NodeServices {
  private final String node;
  private final int tableSize;
  private final boolean direct;
  private final Map<String, ServiceRow> mirror = new HashMap<>();
  private final Map<Integer, TreeMap<String, Frontend>> frontends = new HashMap<>();
  private final Map<Integer, TreeMap<Target, Backend>> backends = new HashMap<>();
  private final Map<Scope, Slots> slots = new HashMap<>();
  private final Map<Scope, Seats> seats = new HashMap<>();
  private final Map<Scope, Set<Target>> members = new HashMap<>();
  private final LbEntries entries = new LbEntries();
  private final Set<Integer> dirty = new HashSet<>();

  /** Frontends that load balancers ask about, by the port they ask at. */
  private final TreeMap<Integer, TreeMap<String, Frontend>> checked = new TreeMap<>();

  /** Groups whose frontends are of UDP. */
  private final Set<Integer> udp = new HashSet<>();

  /** Backends of UDP that went since {@link #takeGone}. */
  private final Set<Target> gone = new TreeSet<>();

  private String zone = "";

  /**
   * @param node this node's name
   * @param tableSize places of a consistent hash table, as {@link Maglev#checkedSize} allows
   * @param direct whether other nodes send clients on to this one as they came: it needs to know
   *     which of its own backends they get, whatever hints say to itself
   */
  public NodeServices(String node, int tableSize, boolean direct) {
    this.node = node;
    this.direct = direct;
    this.tableSize = Maglev.checkedSize(tableSize);
  }

  /** Takes one change of topic desired; those of other kinds are nothing. */
  public void apply(Change<? extends DesiredRecord> change) {
    if (!ServiceRow.class.isAssignableFrom(change.kind())) {
      return;
    }
    ServiceRow now = (ServiceRow) change.value();
    ServiceRow old = now == null ? mirror.remove(change.key()) : mirror.put(change.key(), now);
    if (now == null ? old == null : now.equals(old)) {
      return;
    }
    if (old != null) {
      forget(old);
    }
    if (now != null) {
      remember(now);
    }
  }

  private void forget(ServiceRow row) {
    switch (row) {
      case Frontend frontend -> {
        TreeMap<String, Frontend> left = frontends.get(frontend.group());
        left.remove(frontend.key());
        if (left.isEmpty()) {
          frontends.remove(frontend.group());
          udp.remove(frontend.group());
        }
        entries.remove(key(frontend));
        ranges(frontend, entries::remove);
        checked.computeIfPresent(
            frontend.healthCheckNodePort(),
            (port, all) -> all.remove(frontend.key()) != null && all.isEmpty() ? null : all);
        dirty.add(frontend.group());
      }
      case Backend backend -> {
        TreeMap<Target, Backend> left = backends.get(backend.group());
        left.remove(target(backend));
        if (left.isEmpty()) {
          backends.remove(backend.group());
        }
        dirty.add(backend.group());
        if (udp.contains(backend.group())) {
          gone.add(target(backend));
        }
      }
      case ServiceRow.Node other -> zone(other.name(), "");
    }
  }

  private void remember(ServiceRow row) {
    switch (row) {
      case Frontend frontend -> {
        frontends
            .computeIfAbsent(frontend.group(), group -> new TreeMap<>())
            .put(frontend.key(), frontend);
        if (frontend.protocol() == L4.UDP.number()) {
          udp.add(frontend.group());
        }
        ranges(frontend, range -> entries.put(new RangeEntry(range)));
        if (frontend.healthCheckNodePort() != 0) {
          checked
              .computeIfAbsent(frontend.healthCheckNodePort(), port -> new TreeMap<>())
              .put(frontend.key(), frontend);
        }
        dirty.add(frontend.group());
      }
      case Backend backend -> {
        backends
            .computeIfAbsent(backend.group(), group -> new TreeMap<>())
            .put(target(backend), backend);
        dirty.add(backend.group());
        gone.remove(target(backend));
      }
      case ServiceRow.Node other -> zone(other.name(), other.zone());
    }
  }

  private void zone(String of, String now) {
    if (of.equals(node) && !now.equals(zone)) {
      zone = now;
      dirty.addAll(backends.keySet());
    }
  }

  private void flush() {
    dirty.forEach(this::settle);
    dirty.clear();
  }

  /** Brings slots, seats, tables and frontends of one group in line. */
  private void settle(int group) {
    Collection<Frontend> all = frontendsOf(group);
    settle(all, new Scope(group, false));
    settle(all, new Scope(group, true));
    all.forEach(frontend -> entries.put(entry(frontend)));
  }

  private void settle(Collection<Frontend> all, Scope scope) {
    boolean inside = false;
    boolean outside = false;
    boolean affine = false;
    for (Frontend frontend : all) {
      inside |= isInsideLocal(frontend) == scope.local();
      boolean handed = direct && scope.local();
      outside |= isOutside(frontend) && (handed || frontend.local() == scope.local());
      affine |= frontend.affinitySeconds() > 0;
    }
    List<Target> eligible = inside || outside ? eligible(scope) : List.of();
    slots(scope, inside ? eligible : List.of());
    seats(scope, outside ? eligible : List.of());
    members(scope, affine ? new TreeSet<>(eligible) : Set.of());
  }

  private Collection<Frontend> frontendsOf(int group) {
    Map<String, Frontend> all = frontends.get(group);
    return all == null ? List.of() : all.values();
  }

  private Collection<Backend> backendsOf(int group) {
    Map<Target, Backend> all = backends.get(group);
    return all == null ? List.of() : all.values();
  }

  private List<Target> eligible(Scope scope) {
    List<Target> targets = new ArrayList<>();
    for (Backend backend : Eligible.of(backendsOf(scope.group()), scope.local(), node, zone)) {
      targets.add(target(backend));
    }
    return targets;
  }

  private void slots(Scope scope, List<Target> eligible) {
    Slots before = slots.getOrDefault(scope, Slots.NONE);
    Slots now = before.with(eligible);
    if (now.equals(before) && !now.isEmpty()) {
      return;
    }
    if (now.isEmpty()) {
      slots.remove(scope);
    } else {
      slots.put(scope, now);
    }
    for (int slot = 0; slot < now.size(); slot++) {
      entries.put(new SlotEntry(new SlotKey(scope, slot), now.get(slot)));
    }
    for (int slot = now.size(); slot < before.size(); slot++) {
      entries.remove(new SlotKey(scope, slot));
    }
  }

  /** A table is made anew only when the backends are others. */
  private void seats(Scope scope, List<Target> eligible) {
    Seats before = seats.get(scope);
    if (before == null && eligible.isEmpty()) {
      return;
    }
    before = before == null ? Seats.NONE : before;
    Seats now = before.with(eligible);
    TableKey table = new TableKey(scope);
    if (now.equals(before) && now.isEmpty() == !entries.wants(table)) {
      return;
    }
    now.byTarget()
        .forEach((target, seat) -> entries.put(new SeatEntry(new SeatKey(scope, seat), target)));
    Set<Integer> taken = new HashSet<>(now.byTarget().values());
    before.byTarget().values().stream()
        .filter(seat -> !taken.contains(seat))
        .forEach(seat -> entries.remove(new SeatKey(scope, seat)));
    if (now.isEmpty()) {
      seats.remove(scope);
      entries.remove(table);
    } else {
      seats.put(scope, now);
      entries.put(new TableEntry(table, SeatTable.of(tableSize, now.byTarget())));
    }
  }

  private void members(Scope scope, Set<Target> now) {
    Set<Target> before = now.isEmpty() ? members.remove(scope) : members.put(scope, now);
    now.forEach(target -> entries.put(new MemberEntry(new MemberKey(scope, target))));
    if (before != null) {
      before.stream()
          .filter(target -> !now.contains(target))
          .forEach(target -> entries.remove(new MemberKey(scope, target)));
    }
  }

  /** Of its own family: one of IPv6 may hold all IPv4 addresses as maps have them. */
  private void ranges(Frontend frontend, Consumer<RangeKey> each) {
    frontend.sourceRanges().stream()
        .filter(prefix -> prefix.address().v6() == frontend.address().v6())
        .forEach(prefix -> each.accept(new RangeKey(frontend.id(), prefix)));
  }

  /** Whether traffic from outside the cluster may use it. */
  private static boolean isOutside(Frontend frontend) {
    return frontend.kind() != ServiceRow.Kind.CLUSTER_IP;
  }

  /**
   * A socket of the cluster that dials an outside address uses every backend, whatever the policy
   * for traffic from outside says.
   */
  private static boolean isInsideLocal(Frontend frontend) {
    return frontend.local() && !isOutside(frontend);
  }

  private static Scope insideOf(Frontend frontend) {
    return new Scope(frontend.group(), isInsideLocal(frontend));
  }

  /** Null: nobody may come from outside. */
  private static Scope outsideOf(Frontend frontend) {
    return isOutside(frontend) ? new Scope(frontend.group(), frontend.local()) : null;
  }

  private FrontendEntry entry(Frontend frontend) {
    Scope inside = insideOf(frontend);
    Scope outside = outsideOf(frontend);
    return new FrontendEntry(
        key(frontend),
        frontend.id(),
        inside,
        slots.getOrDefault(inside, Slots.NONE).size(),
        outside,
        outside == null ? 0 : seats.getOrDefault(outside, Seats.NONE).size(),
        frontend.affinitySeconds(),
        !frontend.sourceRanges().isEmpty());
  }

  private static FrontendKey key(Frontend frontend) {
    return new FrontendKey(new Target(frontend.address(), frontend.port()), frontend.protocol());
  }

  private static Target target(Backend backend) {
    return new Target(backend.address(), backend.port());
  }

  /** The difference between what was last {@link #realised} and what is wanted now. */
  public LbPlan plan() {
    flush();
    return entries.plan();
  }

  /**
   * The plan from what the maps are found to hold. Backends keep the slots that they have there, so
   * that a restart that finds everything in place writes nothing. What is found of backends that
   * went meanwhile is for {@link #takeGone}.
   */
  public LbPlan planFrom(Collection<LbEntry> actual) {
    Map<Scope, TreeMap<Integer, Target>> found = new HashMap<>();
    Map<Scope, TreeMap<Integer, Target>> seated = new HashMap<>();
    for (LbEntry entry : actual) {
      if (entry instanceof SlotEntry slot) {
        found
            .computeIfAbsent(slot.key().scope(), scope -> new TreeMap<>())
            .put(slot.key().slot(), slot.backend());
      } else if (entry instanceof SeatEntry seat) {
        seated
            .computeIfAbsent(seat.key().scope(), scope -> new TreeMap<>())
            .put(seat.key().seat(), seat.backend());
      }
    }
    seated.forEach((scope, targets) -> left(scope, targets.values()));
    found.forEach((scope, targets) -> left(scope, targets.values()));
    seated.forEach(
        (scope, targets) -> {
          if (frontends.containsKey(scope.group())) {
            adopt(scope, Seats.of(targets));
            dirty.add(scope.group());
          }
        });
    found.forEach(
        (scope, targets) -> {
          if (frontends.containsKey(scope.group())) {
            adopt(scope, Slots.of(targets));
            dirty.add(scope.group());
          }
        });
    flush();
    return entries.planFrom(actual);
  }

  /** Backends of UDP that a predecessor used, and that went while nobody looked. */
  private void left(Scope scope, Collection<Target> used) {
    if (udp.contains(scope.group())) {
      used.stream().filter(target -> !has(scope.group(), target)).forEach(gone::add);
    }
  }

  /** Forgets the slots that were thought of: those in the kernel are as good. */
  private void adopt(Scope scope, Slots found) {
    Slots before = slots.put(scope, found);
    for (int slot = found.size(); before != null && slot < before.size(); slot++) {
      entries.remove(new SlotKey(scope, slot));
    }
    for (int slot = 0; slot < found.size(); slot++) {
      entries.put(new SlotEntry(new SlotKey(scope, slot), found.get(slot)));
    }
  }

  private void adopt(Scope scope, Seats found) {
    Seats before = seats.put(scope, found);
    if (before != null) {
      before.byTarget().values().forEach(seat -> entries.remove(new SeatKey(scope, seat)));
    }
    found
        .byTarget()
        .forEach((target, seat) -> entries.put(new SeatEntry(new SeatKey(scope, seat), target)));
    entries.remove(new TableKey(scope));
  }

  /** What the last plan said is in the kernel. Nothing may have been applied since. */
  public void realised() {
    entries.realised();
  }

  /** What load balancers are told, by the port at which they ask. */
  public SortedMap<Integer, LocalHealth> health() {
    SortedMap<Integer, LocalHealth> health = new TreeMap<>();
    checked.forEach(
        (port, all) ->
            health.put(
                port,
                new LocalHealth(
                    all.firstEntry().getValue().service(),
                    all.values().stream().mapToInt(this::readyHere).max().orElse(0))));
    return health;
  }

  private int readyHere(Frontend frontend) {
    return (int)
        backendsOf(frontend.group()).stream()
            .filter(backend -> backend.ready() && backend.node().equals(node))
            .map(Backend::address)
            .distinct()
            .count();
  }

  /**
   * Backends of UDP that went since the last call: who is connected to one would never be told.
   * Those that only terminate are not among them, nor those that another Service still has: what
   * dialled that would end, too.
   */
  public Set<Target> takeGone() {
    Set<Target> taken = new TreeSet<>(gone);
    gone.clear();
    taken.removeIf(target -> udp.stream().anyMatch(group -> has(group, target)));
    return taken;
  }

  private boolean has(int group, Target target) {
    Map<Target, Backend> all = backends.get(group);
    return all != null && all.containsKey(target);
  }

  /** Every entry that the maps should hold now. A view; valid until the next change. */
  public Collection<LbEntry> wanted() {
    flush();
    return entries.wanted();
  }

  /** Every entry that was last {@link #realised}, whatever is wanted by now. */
  public List<LbEntry> held() {
    return entries.held();
  }
}
