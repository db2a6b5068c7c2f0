package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A compiled object file: open it, adjust maps and tunables, then load it into the kernel. Maps
 * with a pin path are taken over from there when they exist. Closing gives back what is not pinned
 * or attached. Used by one thread.
 */
public final class BpfObject implements AutoCloseable {
  private static final int LOG_BYTES = 1 << 20;

  private final MemorySegment object;
  private final Arena arena;
  private final MemorySegment log;
  private final Btf btf;
  private final Map<String, Path> pins = new HashMap<>();
  private Optional<PinnedPrograms> former = Optional.empty();
  private boolean loaded;

  private BpfObject(MemorySegment object, Arena arena, MemorySegment log) {
    this.object = object;
    this.arena = arena;
    this.log = log;
    this.btf = new Btf(Libbpf.objectBtf(object));
  }

  /**
   * Reads an ELF object; nothing reaches the kernel yet.
   *
   * @throws BpfException when the bytes are not an object that libbpf understands
   */
  public static BpfObject open(byte[] elf) {
    Libbpf.silence();
    Arena arena = Arena.ofShared();
    try {
      MemorySegment file = arena.allocate(elf.length, 8);
      MemorySegment.copy(elf, 0, file, ValueLayout.JAVA_BYTE, 0, elf.length);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment opts = arena.allocate(80, 8);
      opts.set(ValueLayout.JAVA_LONG, 0, 80);
      opts.set(ValueLayout.ADDRESS, 56, log);
      opts.set(ValueLayout.JAVA_LONG, 64, LOG_BYTES);
      return new BpfObject(Libbpf.openMem(file, opts), arena, log);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Types of the object file. */
  public Btf btf() {
    return btf;
  }

  /** Pins a map at load, or reuses what is pinned there already. */
  public BpfObject pin(String map, Path path) {
    BpfException.check(
        Libbpf.setPinPath(find(map), path.toString()), "cannot set the pin path of map " + map);
    pins.put(map, path);
    return this;
  }

  /** Sets a map's size, before load. */
  public BpfObject maxEntries(String map, int entries) {
    BpfException.check(
        Libbpf.setMaxEntries(find(map), entries), "cannot set the size of map " + map);
    return this;
  }

  /** Sets how large a map's values are, before load: for maps whose type does not say. */
  public BpfObject valueBytes(String map, int bytes) {
    BpfException.check(
        Libbpf.setValueSize(find(map), bytes), "cannot set the value size of map " + map);
    return this;
  }

  /**
   * Sets a {@code const volatile} integer of 4 bytes inside the variable {@code variable}, before
   * load.
   *
   * @param member name of the struct member
   */
  public BpfObject tune(String variable, String member, int value) {
    MemorySegment data = Libbpf.initialValue(readOnlyData());
    long offset = btf.variableOffset(".rodata", variable) + btf.variableMember(variable, member);
    data.set(ValueLayout.JAVA_INT, offset, value);
    return this;
  }

  /** The {@code const volatile} data as it will be loaded, before load. */
  public byte[] readOnlyBytes() {
    return Libbpf.initialValue(readOnlyData()).toArray(ValueLayout.JAVA_BYTE);
  }

  /**
   * Pins the {@code const volatile} data at load, or reuses what is pinned there already, which
   * must be the same bytes: then loading writes no map at all.
   */
  public BpfObject pinReadOnlyData(Path path) {
    BpfException.check(
        Libbpf.setPinPath(readOnlyData(), path.toString()), "cannot set the pin path of .rodata");
    pins.put(".rodata", path);
    return this;
  }

  private MemorySegment readOnlyData() {
    MemorySegment map = MemorySegment.NULL;
    while (true) {
      map = Libbpf.nextMap(object, map);
      if (map.address() == 0) {
        throw new BpfException("the object has no .rodata", 0);
      }
      if (Libbpf.mapName(map).endsWith(".rodata")) {
        return map;
      }
    }
  }

  /**
   * Creates maps and loads every program.
   *
   * @throws BpfException with the verifier's words when a program is refused
   */
  public BpfObject load() {
    int result = Libbpf.load(object);
    if (result < 0) {
      throw new BpfException("the kernel refused the BPF object" + verifierWords(), -result);
    }
    loaded = true;
    return this;
  }

  /**
   * As {@link #load()}, but programs that a former process pinned are taken as they are, unless a
   * map of theirs is not the pinned one any more; else they are loaded, and pinned for the next.
   *
   * @param folder for programs with these bytes and constants alone
   */
  public BpfObject load(Path folder) {
    Map<String, MemorySegment> programs = programs();
    former = PinnedPrograms.take(folder, programs.keySet(), pins.values());
    if (former.isPresent()) {
      programs.values().forEach(each -> check(Libbpf.setAutoload(each, false)));
      return load();
    }
    load();
    Map<String, Integer> fds = new HashMap<>();
    programs.forEach((name, program) -> fds.put(name, Libbpf.programFd(program)));
    PinnedPrograms.put(folder, fds);
    return this;
  }

  private static void check(int result) {
    BpfException.check(result, "cannot leave a program unloaded");
  }

  private Map<String, MemorySegment> programs() {
    Map<String, MemorySegment> programs = new HashMap<>();
    MemorySegment each = Libbpf.nextProgram(object, MemorySegment.NULL);
    while (each.address() != 0) {
      programs.put(Libbpf.programName(each), each);
      each = Libbpf.nextProgram(object, each);
    }
    return programs;
  }

  /** The end of the verifier's log: what matters is said last. */
  private String verifierWords() {
    String text = log.getString(0);
    return text.isEmpty() ? "" : "\n" + text.substring(Math.max(0, text.length() - 6000));
  }

  /** A map of the loaded object. The fd stays the object's. */
  public BpfMap map(String name) {
    return BpfMap.of(name, Libbpf.mapFd(find(name)));
  }

  /** All maps of the loaded object by name, without those of global data. */
  public Map<String, BpfMap> maps() {
    Map<String, BpfMap> maps = new HashMap<>();
    MemorySegment map = Libbpf.nextMap(object, MemorySegment.NULL);
    while (map.address() != 0) {
      String name = Libbpf.mapName(map);
      if (!name.contains(".")) {
        maps.put(name, BpfMap.of(name, Libbpf.mapFd(map)));
      }
      map = Libbpf.nextMap(object, map);
    }
    return maps;
  }

  /** File descriptor of a loaded program. The fd stays the object's. */
  public int programFd(String name) {
    MemorySegment program = Libbpf.findProgram(object, name);
    if (program.address() == 0 || !loaded) {
      throw new BpfException("no loaded program " + name, 0);
    }
    if (former.isPresent()) {
      return former.get().fd(name);
    }
    return BpfException.check(Libbpf.programFd(program), "no loaded program " + name);
  }

  private MemorySegment find(String name) {
    MemorySegment map = Libbpf.findMap(object, name);
    if (map.address() == 0) {
      throw new BpfException("the object has no map " + name, 0);
    }
    return map;
  }

  @Override
  public void close() {
    former.ifPresent(PinnedPrograms::close);
    Libbpf.closeObject(object);
    arena.close();
  }
}
