package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Programs that a former process loaded and pinned: verified once, used by whoever finds them. The
 * fds are this object's until it is closed. Used by one thread.
 */
final class PinnedPrograms implements AutoCloseable {
  /** Offsets in {@code struct bpf_prog_info} of linux/bpf.h. */
  private static final int INFO_BYTES = 232;

  private static final int MAP_COUNT = 52;
  private static final int MAP_IDS = 56;
  private static final int MOST_MAPS = 64; // of one program, for the verifier

  private final Map<String, Integer> fds = new HashMap<>();

  private PinnedPrograms() {}

  /**
   * Takes programs up.
   *
   * @param maps pins of maps that the programs must use
   * @return empty when one is missing, or when a map of theirs is not the one that is pinned now
   */
  static Optional<PinnedPrograms> take(Path folder, Set<String> names, Collection<Path> maps) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    PinnedPrograms found = new PinnedPrograms();
    for (String name : names) {
      int fd = Libbpf.objGet(folder.resolve(name).toString());
      if (fd < 0) {
        found.close();
        return Optional.empty();
      }
      found.fds.put(name, fd);
    }
    if (!found.use(maps)) {
      found.close();
      return Optional.empty();
    }
    return Optional.of(found);
  }

  private boolean use(Collection<Path> pins) {
    Set<Integer> used = new HashSet<>();
    fds.values().forEach(fd -> used.addAll(mapIds(fd)));
    return pins.stream().allMatch(pin -> Files.exists(pin) && used.contains(BpfMap.id(pin)));
  }

  private static Set<Integer> mapIds(int program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_BYTES, 8);
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, MOST_MAPS);
      info.set(ValueLayout.JAVA_INT, MAP_COUNT, MOST_MAPS);
      info.set(ValueLayout.JAVA_LONG, MAP_IDS, ids.address());
      BpfException.check(Libbpf.objInfo(program, info), "cannot ask about a pinned program");
      Set<Integer> all = new HashSet<>();
      int count = Math.min(MOST_MAPS, info.get(ValueLayout.JAVA_INT, MAP_COUNT));
      for (int i = 0; i < count; i++) {
        all.add(ids.getAtIndex(ValueLayout.JAVA_INT, i));
      }
      return all;
    }
  }

  /** Pins loaded programs by name, in place of whatever was there. */
  static void put(Path folder, Map<String, Integer> programs) {
    BpfFs.remove(folder);
    BpfFs.ensure(folder);
    programs.forEach(
        (name, fd) ->
            BpfException.check(
                Libbpf.objPin(fd, folder.resolve(name).toString()), "cannot pin program " + name));
  }

  int fd(String name) {
    return fds.get(name);
  }

  @Override
  public void close() {
    fds.values().forEach(Libc::close);
    fds.clear();
  }
}
