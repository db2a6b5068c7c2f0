package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Runs programs on packets as {@code BPF_PROG_TEST_RUN} itself makes none: out of a tunnel, with
 * the tag of a VLAN, or other ones in each repetition. They are as long as one of TCP at least.
 */
final class Varied implements AutoCloseable {
  private static final byte[] FIRST = new byte[4];
  private static final int RESET = 4;
  private static final int TUNNEL = 16;
  private static final int TAG = 64;
  private static final int TURNS = 128;

  private final BpfObject programs;

  private Varied(int what) {
    try (InputStream in = NodeDataplane.class.getResourceAsStream("vary.bpf.o")) {
      programs = BpfObject.open(in.readAllBytes()).load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    programs.map("slc_vary").update(FIRST, buffer(16).putInt(what).array());
  }

  /**
   * Packets out of the tunnel.
   *
   * @param node outer address of who sent them
   * @param identity what it says of the sender
   */
  static Varied tunnelled(String node, int identity) {
    Varied varied = new Varied(TUNNEL);
    int outer = ByteBuffer.wrap(IpAddress.parse(node).mapped()).getInt(12);
    byte[] tunnel = buffer(8).putInt(identity).putInt(outer).array();
    varied.programs.map("slc_tunnel").update(FIRST, tunnel);
    return varied;
  }

  /**
   * Packets with the tag of a VLAN, as the kernel has it by the time that programs run: beside the
   * frame.
   *
   * @param tag priority in the highest three bits, the VLAN in the lowest twelve
   */
  static Varied tagged(int tag) {
    Varied varied = new Varied(TAG);
    varied.programs.map("slc_tag").update(FIRST, buffer(4).putInt(tag).array());
    return varied;
  }

  /** SYN and RST in turns, from another source port after each two. */
  static Varied openedAndClosed() {
    return new Varied(RESET);
  }

  /** SYN and RST in turns, all from the source port that the packet has. */
  static Varied openedAgain() {
    return new Varied(TURNS);
  }

  /** The program that makes a packet so and then runs this one. */
  int into(int programFd) {
    programs.map("slc_under_test").update(FIRST, buffer(4).putInt(programFd).array());
    return programs.programFd("slc_vary_and_run");
  }

  @Override
  public void close() {
    programs.close();
  }
}
