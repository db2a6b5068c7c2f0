package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Finds functions of libc and libbpf. Handles cost about ten milliseconds each to build, so every
 * caller keeps one in a holder class of its own and only what is used is built.
 */
public final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private Native() {}

  private static final class Library {
    static final SymbolLookup LIBBPF = open();

    private static SymbolLookup open() {
      try {
        return SymbolLookup.libraryLookup("libbpf.so.1", Arena.global());
      } catch (IllegalArgumentException e) {
        throw new BpfException(
            "libbpf.so.1 is not installed: install package libbpf1 (Debian, Ubuntu) or libbpf", 0);
      }
    }
  }

  /** A function of libbpf. */
  static MethodHandle libbpf(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol(Library.LIBBPF, name), descriptor);
  }

  /** A function of libbpf whose first argument becomes a segment for errno. */
  static MethodHandle libbpfErrno(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        symbol(Library.LIBBPF, name), descriptor, Linker.Option.captureCallState("errno"));
  }

  /** A function of libc whose first argument becomes a segment for errno. */
  public static MethodHandle libc(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        symbol(LINKER.defaultLookup(), name), descriptor, Linker.Option.captureCallState("errno"));
  }

  private static MemorySegment symbol(SymbolLookup lookup, String name) {
    return lookup.find(name).orElseThrow(() -> new BpfException("no function " + name, 0));
  }

  public static MemorySegment errnoSegment(Arena arena) {
    return arena.allocate(CAPTURE);
  }

  public static int errno(MemorySegment captured) {
    return (int) ERRNO.get(captured, 0L);
  }

  /** Descriptor shorthand: the result first. */
  public static FunctionDescriptor of(MemoryLayout result, MemoryLayout... arguments) {
    return FunctionDescriptor.of(result, arguments);
  }

  public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  public static final java.lang.foreign.AddressLayout POINTER = ValueLayout.ADDRESS;

  /** A downcall never throws by itself: what comes out is a defect of the binding. */
  public static AssertionError broken(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return new AssertionError("native call failed in Java", thrown);
  }
}
