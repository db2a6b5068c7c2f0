package dev.sluice.node;

import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SlotEntry;
import dev.sluice.core.service.LbEntry.SlotKey;
import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.node.control.ControlAnswer.FrontendLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Load-balancing entries as the lines that people read, by frontend. */
final class ServiceDump {
  private ServiceDump() {}

  static List<FrontendLine> frontends(List<LbEntry> entries) {
    Map<SlotKey, Target> slots = new HashMap<>();
    Map<Scope, TreeMap<Integer, Target>> seats = new HashMap<>();
    List<FrontendEntry> frontends = new ArrayList<>();
    for (LbEntry entry : entries) {
      switch (entry) {
        case SlotEntry slot -> slots.put(slot.key(), slot.backend());
        case FrontendEntry frontend -> frontends.add(frontend);
        case LbEntry.SeatEntry seat ->
            seats
                .computeIfAbsent(seat.key().scope(), scope -> new TreeMap<>())
                .put(seat.key().seat(), seat.backend());
        case LbEntry.MemberEntry unused -> {}
        case LbEntry.TableEntry unused -> {}
        case LbEntry.RangeEntry unused -> {}
      }
    }
    return frontends.stream()
        .sorted(
            Comparator.comparing((FrontendEntry frontend) -> frontend.key().target())
                .thenComparing(frontend -> frontend.key().protocol()))
        .map(
            frontend ->
                new FrontendLine(
                    frontend.id(),
                    frontend.key().target().address().toString(),
                    frontend.key().target().port(),
                    frontend.key().protocol(),
                    frontend.affinitySeconds(),
                    backends(slots, frontend.inside(), frontend.insideCount()),
                    seats.getOrDefault(frontend.outside(), new TreeMap<>()).values().stream()
                        .map(Target::toString)
                        .toList()))
        .toList();
  }

  private static List<String> backends(Map<SlotKey, Target> slots, Scope scope, int count) {
    List<String> backends = new ArrayList<>();
    for (int slot = 0; slot < count; slot++) {
      Target target = slots.get(new SlotKey(scope, slot));
      backends.add(target == null ? "missing" : target.toString());
    }
    return backends;
  }
}
