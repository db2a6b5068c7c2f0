package dev.sluice.node.proxy.dns;

import dev.sluice.core.compile.SubjectWords;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.dns.NamesWithoutRoom;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.mirror.Mirror;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Tells which names' addresses this node has no room for. For the applier's thread. */
public final class RoomWatch {
  private final Clock clock;
  private final Consumer<List<Change<NameFinding>>> out;
  private final NamesWithoutRoom room = new NamesWithoutRoom();
  private SortedMap<Integer, NoRoom> leftOut = Collections.emptySortedMap();

  /**
   * @param out where findings go; quick
   */
  public RoomWatch(Clock clock, Consumer<List<Change<NameFinding>>> out) {
    this.clock = clock;
    this.out = out;
  }

  /** A step was done: others may be left out now. On the applier's thread. */
  public void stepped(Applier target) {
    target
        .known()
        .filter(mirror -> mirror.withoutRoom() != leftOut)
        .ifPresent(
            mirror -> {
              leftOut = mirror.withoutRoom();
              List<Change<NameFinding>> changes = room.look(clock.millis(), leftOut(mirror));
              if (!changes.isEmpty()) {
                out.accept(changes);
              }
            });
  }

  private List<NamesWithoutRoom.LeftOut> leftOut(Mirror mirror) {
    Map<Integer, SelectorSet> sets = new HashMap<>();
    if (!leftOut.isEmpty()) {
      mirror.names().numberedSets().forEach(row -> sets.put(row.number(), row.set()));
    }
    List<NamesWithoutRoom.LeftOut> all = new ArrayList<>();
    leftOut.forEach((number, why) -> all.add(leftOut(mirror, sets.get(number), why)));
    return all;
  }

  private static NamesWithoutRoom.LeftOut leftOut(Mirror mirror, SelectorSet set, NoRoom why) {
    Set<Integer> subjects =
        why.subject() == 0 ? mirror.addresses().localIdentities() : Set.of(why.subject());
    Set<ObjectKey> policies = new TreeSet<>();
    for (int subject : subjects) {
      mirror
          .subject(subject)
          .ifPresent(
              row -> policies.addAll(NameWatch.opening(row.egress(), Set.copyOf(set.selectors()))));
    }
    return new NamesWithoutRoom.LeftOut(
        set.selectors().stream()
            .map(mirror.names().selectors()::get)
            .filter(Objects::nonNull)
            .map(Object::toString)
            .toList(),
        why,
        mirror.subject(why.subject()).map(row -> SubjectWords.of(row.labels())).orElse(""),
        List.copyOf(policies));
  }
}
