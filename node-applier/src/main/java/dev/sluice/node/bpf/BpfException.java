package dev.sluice.node.bpf;

/** The kernel or libbpf refused; the message says what was tried and the errno's name. */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param errno positive errno, 0 when there is none
   */
  public BpfException(String message, int errno) {
    super(errno == 0 ? message : message + ": " + Errno.text(errno));
    this.errno = errno;
  }

  /** Positive errno, 0 when there is none. */
  public int errno() {
    return errno;
  }

  /** The result itself, or an exception when it is negative, as libbpf reports errors. */
  static int check(int result, String what) {
    if (result < 0) {
      throw new BpfException(what, -result);
    }
    return result;
  }
}
