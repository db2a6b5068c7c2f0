package dev.sluice.node.bpf;

import java.util.Map;

/** The errno values that this product meets, with the sentence that a person needs. */
public final class Errno {
  public static final int PERM = 1;
  public static final int NOENT = 2;
  public static final int TOO_BIG = 7;
  public static final int BUSY = 16;
  public static final int EXIST = 17;
  public static final int NODEV = 19;
  public static final int INVAL = 22;
  public static final int NOSPC = 28;
  public static final int NOLINK = 67;

  private static final Map<Integer, String> TEXTS =
      Map.ofEntries(
          Map.entry(PERM, "EPERM (needs root, or another program holds the hook exclusively)"),
          Map.entry(NOENT, "ENOENT (not found)"),
          Map.entry(TOO_BIG, "E2BIG (the map is full)"),
          Map.entry(12, "ENOMEM (out of memory)"),
          Map.entry(13, "EACCES (the verifier refused the program)"),
          Map.entry(BUSY, "EBUSY"),
          Map.entry(EXIST, "EEXIST (exists already)"),
          Map.entry(NODEV, "ENODEV (no such interface in this network namespace)"),
          Map.entry(INVAL, "EINVAL (refused; a pinned map may have another layout)"),
          Map.entry(NOSPC, "ENOSPC (the map is full)"),
          Map.entry(NOLINK, "ENOLINK (the interface is gone)"),
          Map.entry(95, "EOPNOTSUPP (not supported by this kernel)"));

  private Errno() {}

  /** For people. */
  public static String text(int errno) {
    return TEXTS.getOrDefault(errno, "errno " + errno);
  }
}
