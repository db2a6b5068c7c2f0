package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfFs;
import dev.sluice.node.bpf.BpfLink;
import dev.sluice.node.bpf.BpfLink.Hook;
import dev.sluice.node.bpf.BpfObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The programs on interfaces, as pinned links named {@code PROGRAM-INTERFACE}. */
final class Hooks {
  /** A program and where it hangs. */
  enum Program {
    FROM_POD("slc_from_pod", Hook.TCX_INGRESS),
    TO_POD("slc_to_pod", Hook.TCX_EGRESS),
    FROM_UPLINK("slc_from_uplink", Hook.TCX_INGRESS),
    TO_UPLINK("slc_to_uplink", Hook.TCX_EGRESS),
    FROM_OVERLAY("slc_from_overlay", Hook.TCX_INGRESS),
    TO_TUNNEL("slc_to_tunnel", Hook.TCX_EGRESS);

    final String function;
    final Hook hook;

    Program(String function, Hook hook) {
      this.function = function;
      this.hook = hook;
    }
  }

  private static final String PICK_PROXY = "slc_pick_proxy";

  private final BpfObject object;
  private final Path pins;

  Hooks(BpfObject object, Path pins) {
    this.object = object;
    this.pins = pins;
    BpfFs.ensure(pins);
  }

  /** Must run in the interface's network namespace. */
  void attach(Program program, int interfaceIndex) {
    BpfLink.attach(
        object.programFd(program.function),
        interfaceIndex,
        program.hook,
        pin(program, interfaceIndex));
  }

  /** Lets sockets of the node's proxies take what the programs recorded for them. */
  void attachSocketLookup(Path netns) {
    BpfLink.attachSocketLookup(
        object.programFd(PICK_PROXY), netns, pins.resolve(PICK_PROXY + "-0"));
  }

  void detach(int interfaceIndex) {
    for (Program program : Program.values()) {
      BpfLink.detach(pin(program, interfaceIndex));
    }
  }

  /**
   * Gives every pinned link the programs of this object, and drops links of interfaces that are
   * gone.
   *
   * @return interfaces that still have a program
   */
  Set<Integer> upgrade() {
    Set<Integer> alive = new HashSet<>();
    for (Path pin : pinned()) {
      String name = pin.getFileName().toString();
      int dash = name.lastIndexOf('-');
      if (BpfLink.update(object.programFd(name.substring(0, dash)), pin)) {
        alive.add(Integer.parseInt(name.substring(dash + 1)));
      } else {
        BpfLink.detach(pin);
      }
    }
    return alive;
  }

  private List<Path> pinned() {
    try (Stream<Path> files = Files.list(pins)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list links under " + pins, e);
    }
  }

  private Path pin(Program program, int interfaceIndex) {
    return pins.resolve(program.function + "-" + interfaceIndex);
  }
}
