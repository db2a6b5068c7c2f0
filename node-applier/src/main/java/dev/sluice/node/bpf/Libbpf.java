package dev.sluice.node.bpf;

import static dev.sluice.node.bpf.Native.INT;
import static dev.sluice.node.bpf.Native.LONG;
import static dev.sluice.node.bpf.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Functions of libbpf that work on objects, programs, links and BTF, with the same names in Java
 * form. Results are as in C: negative errno on failure, null pointers as {@link
 * MemorySegment#NULL}. Functions on map entries are in {@link LibbpfMaps}.
 */
final class Libbpf {
  private Libbpf() {}

  private static final class OpenMem {
    static final MethodHandle HANDLE =
        Native.libbpfErrno("bpf_object__open_mem", Native.of(POINTER, POINTER, LONG, POINTER));
  }

  private static final class Load {
    static final MethodHandle HANDLE = Native.libbpf("bpf_object__load", Native.of(INT, POINTER));
  }

  private static final class CloseObject {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__close", FunctionDescriptor.ofVoid(POINTER));
  }

  private static final class FindMap {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__find_map_by_name", Native.of(POINTER, POINTER, POINTER));
  }

  private static final class NextMap {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__next_map", Native.of(POINTER, POINTER, POINTER));
  }

  private static final class MapName {
    static final MethodHandle HANDLE = Native.libbpf("bpf_map__name", Native.of(POINTER, POINTER));
  }

  private static final class FindProgram {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__find_program_by_name", Native.of(POINTER, POINTER, POINTER));
  }

  private static final class ProgramFd {
    static final MethodHandle HANDLE = Native.libbpf("bpf_program__fd", Native.of(INT, POINTER));
  }

  private static final class NextProgram {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__next_program", Native.of(POINTER, POINTER, POINTER));
  }

  private static final class ProgramName {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_program__name", Native.of(POINTER, POINTER));
  }

  private static final class SetAutoload {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_program__set_autoload", Native.of(INT, POINTER, INT));
  }

  private static final class MapFd {
    static final MethodHandle HANDLE = Native.libbpf("bpf_map__fd", Native.of(INT, POINTER));
  }

  private static final class SetPinPath {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map__set_pin_path", Native.of(INT, POINTER, POINTER));
  }

  private static final class SetMaxEntries {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map__set_max_entries", Native.of(INT, POINTER, INT));
  }

  private static final class SetValueSize {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map__set_value_size", Native.of(INT, POINTER, INT));
  }

  private static final class InitialValue {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map__initial_value", Native.of(POINTER, POINTER, POINTER));
  }

  private static final class ProgramQuery {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_prog_query", Native.of(INT, INT, INT, INT, POINTER, POINTER, POINTER));
  }

  private static final class IterCreate {
    static final MethodHandle HANDLE = Native.libbpf("bpf_iter_create", Native.of(INT, INT));
  }

  private static final class ProgramById {
    static final MethodHandle HANDLE = Native.libbpf("bpf_prog_get_fd_by_id", Native.of(INT, INT));
  }

  private static final class LinkCreate {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_link_create", Native.of(INT, INT, INT, INT, POINTER));
  }

  private static final class LinkUpdate {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_link_update", Native.of(INT, INT, INT, POINTER));
  }

  private static final class ObjPin {
    static final MethodHandle HANDLE = Native.libbpf("bpf_obj_pin", Native.of(INT, INT, POINTER));
  }

  private static final class ObjGet {
    static final MethodHandle HANDLE = Native.libbpf("bpf_obj_get", Native.of(INT, POINTER));
  }

  private static final class DescribeCall {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_obj_get_info_by_fd", Native.of(INT, INT, POINTER, POINTER));
  }

  private static final class TestRunOpts {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_prog_test_run_opts", Native.of(INT, INT, POINTER));
  }

  private static final class PossibleCpus {
    static final MethodHandle HANDLE =
        Native.libbpf("libbpf_num_possible_cpus", FunctionDescriptor.of(INT));
  }

  private static final class SetPrint {
    static final MethodHandle HANDLE =
        Native.libbpf("libbpf_set_print", Native.of(POINTER, POINTER));
  }

  private static final class ObjectBtf {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_object__btf", Native.of(POINTER, POINTER));
  }

  private static final class BtfCount {
    static final MethodHandle HANDLE = Native.libbpf("btf__type_cnt", Native.of(INT, POINTER));
  }

  private static final class BtfType {
    static final MethodHandle HANDLE =
        Native.libbpf("btf__type_by_id", Native.of(POINTER, POINTER, INT));
  }

  private static final class BtfName {
    static final MethodHandle HANDLE =
        Native.libbpf("btf__name_by_offset", Native.of(POINTER, POINTER, INT));
  }

  /** Opens an object; throws with errno when the file is not one. */
  static MemorySegment openMem(MemorySegment file, MemorySegment opts) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      MemorySegment object =
          (MemorySegment) OpenMem.HANDLE.invokeExact(errno, file, file.byteSize(), opts);
      if (object.address() == 0) {
        throw new BpfException("cannot open the BPF object", Native.errno(errno));
      }
      return object;
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int load(MemorySegment object) {
    try {
      return (int) Load.HANDLE.invokeExact(object);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static void closeObject(MemorySegment object) {
    try {
      CloseObject.HANDLE.invokeExact(object);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static MemorySegment findMap(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (MemorySegment) FindMap.HANDLE.invokeExact(object, arena.allocateFrom(name));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static MemorySegment nextMap(MemorySegment object, MemorySegment previous) {
    try {
      return (MemorySegment) NextMap.HANDLE.invokeExact(object, previous);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static String mapName(MemorySegment map) {
    try {
      MemorySegment name = (MemorySegment) MapName.HANDLE.invokeExact(map);
      return name.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static MemorySegment findProgram(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (MemorySegment) FindProgram.HANDLE.invokeExact(object, arena.allocateFrom(name));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static MemorySegment nextProgram(MemorySegment object, MemorySegment previous) {
    try {
      return (MemorySegment) NextProgram.HANDLE.invokeExact(object, previous);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static String programName(MemorySegment program) {
    try {
      MemorySegment name = (MemorySegment) ProgramName.HANDLE.invokeExact(program);
      return name.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Whether {@link #load} loads the program. */
  static int setAutoload(MemorySegment program, boolean loaded) {
    try {
      return (int) SetAutoload.HANDLE.invokeExact(program, loaded ? 1 : 0);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int programFd(MemorySegment program) {
    try {
      return (int) ProgramFd.HANDLE.invokeExact(program);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int mapFd(MemorySegment map) {
    try {
      return (int) MapFd.HANDLE.invokeExact(map);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int setPinPath(MemorySegment map, String path) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) SetPinPath.HANDLE.invokeExact(map, arena.allocateFrom(path));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int setMaxEntries(MemorySegment map, int entries) {
    try {
      return (int) SetMaxEntries.HANDLE.invokeExact(map, entries);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int setValueSize(MemorySegment map, int bytes) {
    try {
      return (int) SetValueSize.HANDLE.invokeExact(map, bytes);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Memory that becomes a global data map at load; its size is filled in. */
  static MemorySegment initialValue(MemorySegment map) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(LONG);
      MemorySegment value = (MemorySegment) InitialValue.HANDLE.invokeExact(map, size);
      return value.reinterpret(size.get(LONG, 0));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int linkCreate(int program, int target, int attachType) {
    try {
      return (int) LinkCreate.HANDLE.invokeExact(program, target, attachType, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int linkUpdate(int link, int program) {
    try {
      return (int) LinkUpdate.HANDLE.invokeExact(link, program, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int objPin(int fd, String path) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) ObjPin.HANDLE.invokeExact(fd, arena.allocateFrom(path));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int objGet(String path) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) ObjGet.HANDLE.invokeExact(arena.allocateFrom(path));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int objInfo(int fd, MemorySegment info) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocate(INT);
      length.set(INT, 0, (int) info.byteSize());
      return (int) DescribeCall.HANDLE.invokeExact(fd, info, length);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Which programs hang on a cgroup itself, by id, and with which flags. */
  static int programQuery(
      int target, int type, MemorySegment flags, MemorySegment ids, MemorySegment count) {
    try {
      return (int) ProgramQuery.HANDLE.invokeExact(target, type, 0, flags, ids, count);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int iterCreate(int link) {
    try {
      return (int) IterCreate.HANDLE.invokeExact(link);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int programById(int id) {
    try {
      return (int) ProgramById.HANDLE.invokeExact(id);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int testRun(int program, MemorySegment opts) {
    try {
      return (int) TestRunOpts.HANDLE.invokeExact(program, opts);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int possibleCpus() {
    try {
      return (int) PossibleCpus.HANDLE.invokeExact();
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** What libbpf would print goes into exceptions instead: the verifier's log is captured. */
  static void silence() {
    try {
      MemorySegment ignored = (MemorySegment) SetPrint.HANDLE.invokeExact(MemorySegment.NULL);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static MemorySegment objectBtf(MemorySegment object) {
    try {
      return (MemorySegment) ObjectBtf.HANDLE.invokeExact(object);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int btfCount(MemorySegment btf) {
    try {
      return (int) BtfCount.HANDLE.invokeExact(btf);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** A {@code struct btf_type} and what follows it. */
  static MemorySegment btfType(MemorySegment btf, int id) {
    try {
      MemorySegment type = (MemorySegment) BtfType.HANDLE.invokeExact(btf, id);
      return type.reinterpret(Long.MAX_VALUE);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static String btfName(MemorySegment btf, int offset) {
    try {
      MemorySegment name = (MemorySegment) BtfName.HANDLE.invokeExact(btf, offset);
      return name.address() == 0 ? "" : name.reinterpret(4096).getString(0);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }
}
