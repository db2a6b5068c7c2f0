package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.Btf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Where the members of the shared structs are, in bytes: the Java side of {@code slc_types.h}. The
 * numbers are compared with the object's BTF before it is loaded.
 */
final class Layouts {
  /** Bumped when a map's layout changes: pinned maps of another version are not reused. */
  static final int VERSION = 1;

  static final int POLICY_KEY = 16;
  static final int POLICY_VALUE = 8;
  static final int PREFIX_KEY = 20;
  static final int ADDRESS_VALUE = 16;
  static final int ENDPOINT = 64;
  static final int OWN_KEY = 20;
  static final int OWN_VALUE = 8;
  static final int EPOCH = 8;
  static final int SHARE = 8;
  static final int LOCAL = 8;
  static final int CT_KEY = 40;
  static final int CT_VALUE = 104;
  static final int EVENT = 136;
  static final int STATE = 16;
  static final int STATS = 40;
  static final int METRIC = 16;

  private static final Map<String, Map<String, Integer>> STRUCTS =
      Map.ofEntries(
          Map.entry(
              "slc_policy_key",
              Map.of(
                  "prefixlen",
                  0,
                  "subject",
                  4,
                  "peer",
                  8,
                  "direction",
                  12,
                  "protocol",
                  13,
                  "port",
                  14,
                  "",
                  POLICY_KEY)),
          Map.entry(
              "slc_policy_value",
              Map.of("allow", 0, "flags", 1, "proxy_port", 2, "cookie", 4, "", POLICY_VALUE)),
          Map.entry("slc_prefix_key", Map.of("prefixlen", 0, "addr", 4, "", PREFIX_KEY)),
          Map.entry(
              "slc_address_value",
              Map.of("identity", 0, "tunnel", 4, "flags", 8, "", ADDRESS_VALUE)),
          Map.entry("slc_epoch", Map.of("epoch", 0, "dirty", 4, "", EPOCH)),
          Map.entry(
              "slc_endpoint",
              Map.of(
                  "id",
                  0,
                  "identity",
                  4,
                  "epoch",
                  8,
                  "flags",
                  12,
                  "mac",
                  16,
                  "host_mac",
                  22,
                  "ip4",
                  28,
                  "ip6",
                  32,
                  "ifindex",
                  48,
                  "",
                  ENDPOINT)),
          Map.entry("slc_own_key", Map.of("endpoint", 0, "addr", 4, "", OWN_KEY)),
          Map.entry("slc_own_value", Map.of("identity", 0, "", OWN_VALUE)),
          Map.entry("slc_share", Map.of("endpoint", 0, "held", 4, "", SHARE)),
          Map.entry("slc_local", Map.of("ifindex", 0, "endpoint", 4, "", LOCAL)),
          Map.entry(
              "slc_ct_key",
              Map.of("a", 0, "b", 16, "port_a", 32, "port_b", 34, "protocol", 36, "", CT_KEY)),
          Map.entry(
              "slc_ct_value",
              Map.of(
                  "side",
                  0,
                  "last_seen",
                  32,
                  "flags",
                  40,
                  "owner",
                  44,
                  "packets",
                  48,
                  "bytes",
                  64,
                  "created",
                  80,
                  "identity",
                  88,
                  "",
                  CT_VALUE)),
          Map.entry(
              "slc_state",
              Map.of(
                  "monitor", 0, "overlay", 4, "tunnel_port", 8, "native_routing", 12, "", STATE)),
          Map.entry(
              "slc_stats",
              Map.of(
                  "produced",
                  0,
                  "lost",
                  8,
                  "table_full",
                  16,
                  "created",
                  24,
                  "reaped",
                  32,
                  "",
                  STATS)));

  private static final Map<String, Integer> EVENT_MEMBERS =
      Map.ofEntries(
          Map.entry("time", 0),
          Map.entry("packets", 8),
          Map.entry("bytes", 16),
          Map.entry("reply_packets", 24),
          Map.entry("reply_bytes", 32),
          Map.entry("source", 40),
          Map.entry("destination", 56),
          Map.entry("source_port", 72),
          Map.entry("destination_port", 74),
          Map.entry("ifindex", 76),
          Map.entry("endpoint", 80),
          Map.entry("source_identity", 84),
          Map.entry("destination_identity", 88),
          Map.entry("cookie", 92),
          Map.entry("other_cookie", 96),
          Map.entry("count", 100),
          Map.entry("length", 104),
          Map.entry("type", 108),
          Map.entry("reason", 109),
          Map.entry("direction", 110),
          Map.entry("protocol", 111),
          Map.entry("tcp_flags", 112),
          Map.entry("flags", 113),
          Map.entry("icmp_type", 114),
          Map.entry("icmp_code", 115),
          Map.entry("other_endpoint", 116),
          Map.entry("started", 120),
          Map.entry("service", 128),
          Map.entry("", EVENT));

  private Layouts() {}

  /** A buffer in the kernel's byte order. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * @throws BpfException naming the first member that is elsewhere in C
   */
  static void check(Btf btf) {
    STRUCTS.forEach((name, members) -> check(btf.struct(name), members));
    check(btf.struct("slc_event"), EVENT_MEMBERS);
  }

  static void check(Btf.Struct struct, Map<String, Integer> members) {
    members.forEach(
        (member, offset) -> {
          int actual = member.isEmpty() ? struct.size() : struct.members().getOrDefault(member, -1);
          if (actual != offset) {
            throw new BpfException(
                "layout of %s.%s: %d in Java, %d in the BPF object"
                    .formatted(struct.name(), member.isEmpty() ? "size" : member, offset, actual),
                0);
          }
        });
  }
}
