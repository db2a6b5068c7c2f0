package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.node.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The one entry of {@code slc_state}: switches that programs read and only this process writes. */
final class DataplaneState {
  private static final byte[] KEY = new byte[4];

  /** Bytes of the entry that this process writes. */
  private static final int SWITCHES = 16;

  private final BpfMap map;
  private final ByteBuffer value;

  DataplaneState(BpfMap map) {
    this.map = map;
    this.value = buffer(map.lookup(KEY).orElseThrow());
  }

  void monitor(boolean on) {
    value.putInt(0, on ? 1 : 0);
    write();
  }

  /**
   * @param overlay interface number of the VXLAN device; 0: native routing
   */
  void routes(int overlay, int tunnelPort) {
    value.putInt(4, overlay).putInt(8, tunnelPort).putInt(12, overlay == 0 ? 1 : 0);
    write();
  }

  /** Nothing when the kernel has it already: a restart that changes nothing writes nothing. */
  private void write() {
    byte[] held = map.lookup(KEY).orElseThrow();
    if (!Arrays.equals(held, 0, SWITCHES, value.array(), 0, SWITCHES)) {
      map.update(KEY, value.array());
    }
  }
}
