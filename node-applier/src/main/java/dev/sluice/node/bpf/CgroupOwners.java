package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out whose program on a cgroup keeps others away. */
public final class CgroupOwners {
  private static final int ALLOW_OVERRIDE = 1;
  private static final int ALLOW_MULTI = 2;
  private static final int NAME_OFFSET = 64;

  private CgroupOwners() {}

  /**
   * A sentence about the first program, from the given cgroup upwards, that was attached so that no
   * other may be.
   *
   * @param type of {@code enum bpf_attach_type}
   */
  public static String exclusive(Path cgroup, int type) {
    for (Path at = cgroup;
        at != null && Files.exists(at.resolve("cgroup.procs"));
        at = at.getParent()) {
      int program = exclusiveOn(at, type);
      if (program != 0) {
        return "program '%s' (id %d) is attached to %s exclusively: detach it or attach it with 'multi'"
            .formatted(name(program), program, at);
      }
    }
    return "the kernel does not permit it and no exclusive program was found above it";
  }

  private static int exclusiveOn(Path cgroup, int type) {
    int fd = Libc.open(cgroup.toString());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, 64);
      count.set(ValueLayout.JAVA_INT, 0, 64);
      if (Libbpf.programQuery(fd, type, flags, ids, count) != 0
          || count.get(ValueLayout.JAVA_INT, 0) == 0
          || (flags.get(ValueLayout.JAVA_INT, 0) & (ALLOW_OVERRIDE | ALLOW_MULTI)) != 0) {
        return 0;
      }
      return ids.get(ValueLayout.JAVA_INT, 0);
    } finally {
      Libc.close(fd);
    }
  }

  private static String name(int program) {
    int fd = Libbpf.programById(program);
    if (fd < 0) {
      return "?";
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(88, 8);
      return Libbpf.objInfo(fd, info) == 0 ? info.getString(NAME_OFFSET) : "?";
    } finally {
      Libc.close(fd);
    }
  }
}
