package dev.sluice.node.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The types of a BPF object, as far as layouts need them: where the members of a struct are.
 * Format: Linux {@code Documentation/bpf/btf.rst}.
 */
public final class Btf {
  private static final int KIND_STRUCT = 4;
  private static final int KIND_VAR = 14;
  private static final int KIND_DATASEC = 15;
  private static final int HEADER_BYTES = 12;

  private final MemorySegment btf;

  Btf(MemorySegment btf) {
    this.btf = btf;
  }

  /**
   * A struct's size and the offsets of its members, all in bytes.
   *
   * @param members name to offset, in order
   */
  public record Struct(String name, int size, Map<String, Integer> members) {}

  /**
   * @throws BpfException when there is no such struct (one that nothing refers to is left out by
   *     clang)
   */
  public Struct struct(String name) {
    return struct(name, find(KIND_STRUCT, name));
  }

  private Struct struct(String name, MemorySegment type) {
    Map<String, Integer> members = new LinkedHashMap<>();
    for (int i = 0; i < length(type); i++) {
      long at = HEADER_BYTES + 12L * i;
      String member = Libbpf.btfName(btf, type.get(ValueLayout.JAVA_INT, at));
      members.put(member, (type.get(ValueLayout.JAVA_INT, at + 8) & 0xffffff) / 8);
    }
    return new Struct(name, type.get(ValueLayout.JAVA_INT, 8), members);
  }

  /** Where a variable lies in its section, in bytes. */
  int variableOffset(String section, String variable) {
    MemorySegment type = find(KIND_DATASEC, section);
    for (int i = 0; i < length(type); i++) {
      long at = HEADER_BYTES + 12L * i;
      MemorySegment var = Libbpf.btfType(btf, type.get(ValueLayout.JAVA_INT, at));
      if (name(var).equals(variable)) {
        return type.get(ValueLayout.JAVA_INT, at + 4);
      }
    }
    throw new BpfException("no variable " + variable + " in " + section, 0);
  }

  /** Offset of a member in a variable that is a struct, in bytes. */
  int variableMember(String variable, String member) {
    MemorySegment type = find(KIND_VAR, variable);
    while (kind(type) != KIND_STRUCT) {
      type = Libbpf.btfType(btf, type.get(ValueLayout.JAVA_INT, 8));
    }
    Integer offset = struct(variable, type).members().get(member);
    if (offset == null) {
      throw new BpfException("variable " + variable + " has no member " + member, 0);
    }
    return offset;
  }

  private MemorySegment find(int kind, String name) {
    int count = Libbpf.btfCount(btf);
    for (int id = 1; id < count; id++) {
      MemorySegment type = Libbpf.btfType(btf, id);
      if (kind(type) == kind && name(type).equals(name)) {
        return type;
      }
    }
    throw new BpfException("the object has no type " + name, 0);
  }

  private String name(MemorySegment type) {
    return Libbpf.btfName(btf, type.get(ValueLayout.JAVA_INT, 0));
  }

  private static int kind(MemorySegment type) {
    return (type.get(ValueLayout.JAVA_INT, 4) >>> 24) & 0x1f;
  }

  private static int length(MemorySegment type) {
    return type.get(ValueLayout.JAVA_INT, 4) & 0xffff;
  }
}
