package dev.sluice.node.bpf;

import java.nio.file.Path;

/** Runs an iterator program over everything that one network namespace shows it. */
public final class BpfIterator {
  /** {@code BPF_TRACE_ITER} of {@code enum bpf_attach_type}. */
  private static final int TYPE = 28;

  private BpfIterator() {}

  /**
   * One pass.
   *
   * @param netns as for {@link Netns#in}
   */
  public static void run(int programFd, Path netns) {
    int link = BpfException.check(Libbpf.linkCreate(programFd, 0, TYPE), "cannot make an iterator");
    try {
      Netns.in(
          netns,
          () -> {
            int pass = BpfException.check(Libbpf.iterCreate(link), "cannot begin an iterator");
            try {
              Libc.readToEnd(pass);
            } finally {
              Libc.close(pass);
            }
            return null;
          });
    } finally {
      Libc.close(link);
    }
  }
}
