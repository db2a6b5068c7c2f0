package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.BpfLink;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.CgroupOwners;
import dev.sluice.node.bpf.Errno;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The programs of socket load balancing on a cgroup, as pinned links, and which network namespace
 * is which pod's.
 */
final class SocketHooks {
  private record Program(String function, int type) {}

  /** Types are those of {@code enum bpf_attach_type}. */
  private static final List<Program> PROGRAMS =
      List.of(
          new Program("slc_released", 34),
          new Program("slc_recvmsg4", 19),
          new Program("slc_recvmsg6", 20),
          new Program("slc_getpeername4", 29),
          new Program("slc_getpeername6", 30),
          new Program("slc_sendmsg4", 14),
          new Program("slc_sendmsg6", 15),
          new Program("slc_connect4", 10),
          new Program("slc_connect6", 11));

  private final BpfObject object;
  private final Path pins;
  private final BpfMap namespaces;

  SocketHooks(BpfObject object, Path pins, BpfMap namespaces) {
    this.object = object;
    this.pins = pins;
    this.namespaces = namespaces;
  }

  /**
   * Attaches every program, the end of a socket before its beginning and answers before questions:
   * what a socket dialled is forgotten when it ends, and one that was sent to a backend also gets
   * its answers translated.
   *
   * @throws BpfException naming who forbids it, when a program of somebody else on this or a higher
   *     cgroup allows no other
   */
  void attach(Path cgroup) {
    for (Program program : PROGRAMS) {
      try {
        BpfLink.attachCgroup(
            object.programFd(program.function), cgroup, program.type, pin(program));
      } catch (BpfException e) {
        if (e.errno() != Errno.PERM) {
          throw e;
        }
        throw new BpfException(
            "cannot attach %s to cgroup %s: %s"
                .formatted(program.function, cgroup, CgroupOwners.exclusive(cgroup, program.type)),
            Errno.PERM);
      }
    }
  }

  private Path pin(Program program) {
    return pins.resolve(program.function + "-0");
  }

  /**
   * Sockets of a network namespace are those of the endpoint on this interface. Nothing is written
   * when the kernel knows.
   */
  void own(long netnsCookie, int hostInterface) {
    byte[] cookie = Layouts.buffer(Long.BYTES).putLong(netnsCookie).array();
    byte[] number = EndpointCodec.key(hostInterface);
    if (namespaces.lookup(cookie).filter(held -> Arrays.equals(held, number)).isEmpty()) {
      namespaces.update(cookie, number);
    }
  }

  /** No namespace has an endpoint on this interface any more. */
  void disown(int hostInterface) {
    byte[] number = EndpointCodec.key(hostInterface);
    for (byte[] cookie : namespaces.keys()) {
      if (namespaces.lookup(cookie).filter(found -> Arrays.equals(found, number)).isPresent()) {
        namespaces.delete(cookie);
      }
    }
  }
}
