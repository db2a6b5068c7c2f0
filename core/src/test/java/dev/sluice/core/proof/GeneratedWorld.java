package dev.sluice.core.proof;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.oracle.World;
import dev.sluice.core.oracle.WorldReader;
import dev.sluice.core.policy.EnforcementMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A world, and a log that leads there by detours: older versions, objects that come and go, a first
 * listing that ends anywhere.
 *
 * @param objects what there is at the end; of a policy the last accepted version
 * @param log how it came about
 * @param answers what DNS said meanwhile
 */
public record GeneratedWorld(
    TreeMap<ObjectKey, Map<String, Object>> objects, List<ObjectEvent> log, List<Told> answers) {
  private static final long START = 1_700_000_000_000L;
  private static final long LONG_AFTER = 24 * 3_600_000L;

  /**
   * DNS gave the address for the name.
   *
   * @param after index of the last record of the log before it
   * @param lasting whether the answer still holds at the end
   */
  public record Told(int after, String name, IpAddress address, boolean lasting) {}

  /** The world as the oracle reads it. */
  public World world() {
    World.Settings settings =
        new World.Settings("default", EnforcementMode.DEFAULT, Set.of(World.Mechanism.DNS));
    return WorldReader.read(
        objects,
        settings,
        answers.stream()
            .filter(Told::lasting)
            .map(one -> new World.Learnt(one.name, one.address))
            .distinct()
            .toList());
  }

  /** The shortest way to the same world: each object once, by key; what holds of DNS at the end. */
  public GeneratedWorld straight() {
    Log straight = new Log();
    objects.forEach((key, body) -> straight.add(ObjectEvent.Type.ADDED, key, body));
    List<ObjectEvent> events = straight.listed().events();
    return new GeneratedWorld(
        objects,
        events,
        answers.stream()
            .filter(Told::lasting)
            .map(one -> new Told(events.size() - 1, one.name, one.address, true))
            .toList());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    objects.forEach((key, body) -> text.append(key).append(' ').append(body).append('\n'));
    answers.forEach(one -> text.append(one).append('\n'));
    return text.toString();
  }

  /** Writes a log; offsets and time count themselves. */
  static final class Log {
    private final List<ObjectEvent> events = new ArrayList<>();
    private long time = START;

    Log add(ObjectEvent.Type type, ObjectKey key, Map<String, Object> body) {
      String uid = key.kind().equals("Pod") ? "uid-" + key.name() : "";
      events.add(
          new ObjectEvent(events.size(), type, key, "v1", uid, "", time, "proof", 1, 0, body));
      time += 1000;
      return this;
    }

    /** Ends the first listing. */
    Log listed() {
      TreeSet<String> kinds = new TreeSet<>(ClusterFold.REQUIRED_KINDS);
      kinds.addAll(PolicyFold.REQUIRED_KINDS);
      kinds.forEach(kind -> add(ObjectEvent.Type.SYNCED, new ObjectKey(kind, "", ""), Map.of()));
      return this;
    }

    /** Lets every grace run out. */
    Log longAfter() {
      time += LONG_AFTER;
      return add(ObjectEvent.Type.BOOKMARK, new ObjectKey("Pod", "", ""), Map.of());
    }

    List<ObjectEvent> events() {
      return List.copyOf(events);
    }
  }
}
