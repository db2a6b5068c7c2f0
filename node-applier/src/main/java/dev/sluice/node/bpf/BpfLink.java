package dev.sluice.node.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pinned link: a program on a hook that stays there when the process goes. Interface numbers are
 * those of the calling thread's network namespace; see {@link Netns}.
 */
public final class BpfLink {
  /** Of {@code enum bpf_attach_type}: hooks of interfaces, and the socket lookup of a namespace. */
  public enum Hook {
    TCX_INGRESS(46),
    TCX_EGRESS(47),
    SK_LOOKUP(36);

    private final int type;

    Hook(int type) {
      this.type = type;
    }
  }

  private BpfLink() {}

  /**
   * Puts a program on an interface's hook. A link that is pinned at {@code pin} and alive gets the
   * new program without a packet passing unjudged; a dead one is replaced.
   *
   * @return true when a new link was made, false when the pinned one was updated
   */
  public static boolean attach(int programFd, int interfaceIndex, Hook hook, Path pin) {
    String what = "cannot attach to interface " + interfaceIndex + " " + hook;
    return attach(programFd, interfaceIndex, hook.type, pin, what);
  }

  /**
   * Puts a program on a cgroup, beside those of others.
   *
   * @param type of {@code enum bpf_attach_type}
   * @return as {@link #attach(int, int, Hook, Path)}
   * @throws BpfException with {@link Errno#PERM} when somebody else's program keeps others away
   */
  public static boolean attachCgroup(int programFd, Path cgroup, int type, Path pin) {
    int group = Libc.open(cgroup.toString());
    try {
      return attach(programFd, group, type, pin, "cannot attach to cgroup " + cgroup);
    } finally {
      Libc.close(group);
    }
  }

  private static boolean attach(int programFd, int target, int type, Path pin, String what) {
    if (update(programFd, pin)) {
      return false;
    }
    detach(pin);
    int link = BpfException.check(Libbpf.linkCreate(programFd, target, type), what);
    try {
      BpfException.check(Libbpf.objPin(link, pin.toString()), "cannot pin a link at " + pin);
    } finally {
      Libc.close(link);
    }
    return true;
  }

  /**
   * Puts a program on the socket lookup of a network namespace.
   *
   * @param netns path of the namespace
   */
  public static boolean attachSocketLookup(int programFd, Path netns, Path pin) {
    int fd = Libc.open(netns.toString());
    try {
      String what = "cannot attach to the network namespace " + netns;
      return attach(programFd, fd, Hook.SK_LOOKUP.type, pin, what);
    } finally {
      Libc.close(fd);
    }
  }

  /**
   * Swaps the program of a pinned link.
   *
   * @return false when nothing is pinned there or the interface is gone
   */
  public static boolean update(int programFd, Path pin) {
    int link = Libbpf.objGet(pin.toString());
    if (link == -Errno.NOENT) {
      return false;
    }
    BpfException.check(link, "cannot open the link at " + pin);
    try {
      int result = Libbpf.linkUpdate(link, programFd);
      if (result == -Errno.NOLINK) {
        return false;
      }
      BpfException.check(result, "cannot update the link at " + pin);
      return true;
    } finally {
      Libc.close(link);
    }
  }

  /** Removes the pin, and with it the program from the hook; nothing there is fine. */
  public static void detach(Path pin) {
    try {
      Files.deleteIfExists(pin);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the pin " + pin, e);
    }
  }
}
