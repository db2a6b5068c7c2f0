package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Endpoints to the bytes of {@code slc_ep} and {@code slc_local}. */
final class EndpointCodec {
  private static final int READY = 1;
  private static final int DIRTY = 2;
  private static final int OWN = 4;

  /** Offset of {@code ifindex}. */
  private static final int INTERFACE = 48;

  private EndpointCodec() {}

  /** A number as a key: a slot, an interface, an endpoint of {@code slc_quota}. */
  static byte[] key(int number) {
    return buffer(4).putInt(number).array();
  }

  static byte[] value(EndpointState state) {
    EndpointSpec spec = state.spec();
    ByteBuffer bytes = buffer(Layouts.ENDPOINT);
    bytes.putInt(spec.id()).putInt(spec.identity()).putInt(state.epoch());
    bytes.putInt(
        (state.ready() ? READY : 0) | (state.dirty() ? DIRTY : 0) | (state.own() ? OWN : 0));
    bytes.putInt(INTERFACE, state.hostInterface());
    bytes.put(spec.podMac().bytes()).put(spec.hostMac().bytes());
    for (IpAddress address : spec.addresses()) {
      if (address.v6()) {
        bytes.put(32, address.mapped());
      } else {
        bytes.put(28, address.mapped(), 12, 4);
      }
    }
    return bytes.array();
  }

  /** The interface of a value of {@code slc_ep} or of a slot; 0: the slot is empty. */
  static int hostInterface(byte[] value) {
    return buffer(value).getInt(INTERFACE);
  }

  static EndpointState state(byte[] value) {
    ByteBuffer bytes = buffer(value);
    int flags = bytes.getInt(12);
    EndpointSpec spec =
        new EndpointSpec(
            bytes.getInt(0),
            bytes.getInt(4),
            addresses(bytes),
            MacAddress.of(value, 16),
            MacAddress.of(value, 22));
    return new EndpointState(
        hostInterface(value),
        spec,
        (flags & READY) != 0,
        (flags & DIRTY) != 0,
        bytes.getInt(8),
        (flags & OWN) != 0);
  }

  private static List<IpAddress> addresses(ByteBuffer bytes) {
    List<IpAddress> addresses = new ArrayList<>();
    byte[] v6 = new byte[16];
    v6[10] = v6[11] = (byte) 0xff;
    bytes.get(28, v6, 12, 4);
    if (bytes.getInt(28) != 0) {
      addresses.add(IpAddress.ofMapped(v6));
    }
    bytes.get(32, v6);
    if (bytes.getLong(32) != 0 || bytes.getLong(40) != 0) {
      addresses.add(IpAddress.ofMapped(v6));
    }
    return addresses;
  }

  static byte[] local(EndpointState state) {
    return buffer(Layouts.LOCAL).putInt(state.hostInterface()).putInt(state.id()).array();
  }
}
