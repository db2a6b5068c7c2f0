package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Runs programs on packets as they come out of the tunnel: {@code BPF_PROG_TEST_RUN} itself gives
 * none a tunnel's key. They are as long as one of TCP at least.
 */
final class Tunnelled implements AutoCloseable {
  private static final byte[] FIRST = new byte[4];
  private static final int VARY_TUNNEL = 16;

  private final BpfObject programs;

  private Tunnelled(BpfObject programs) {
    this.programs = programs;
  }

  /**
   * @param node its outer address
   * @param identity what it says of the sender
   */
  static Tunnelled from(String node, int identity) {
    try (InputStream in = NodeDataplane.class.getResourceAsStream("vary.bpf.o")) {
      BpfObject programs = BpfObject.open(in.readAllBytes()).load();
      ByteBuffer what = buffer(16).putInt(VARY_TUNNEL);
      programs.map("slc_vary").update(FIRST, what.array());
      int outer = ByteBuffer.wrap(IpAddress.parse(node).mapped()).getInt(12);
      programs.map("slc_tunnel").update(FIRST, buffer(8).putInt(identity).putInt(outer).array());
      return new Tunnelled(programs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program that gives a packet its key and then runs this one. */
  int into(int programFd) {
    programs.map("slc_under_test").update(FIRST, buffer(4).putInt(programFd).array());
    return programs.programFd("slc_vary_and_run");
  }

  @Override
  public void close() {
    programs.close();
  }
}
