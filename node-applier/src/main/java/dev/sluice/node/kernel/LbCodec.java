package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.FrontendKey;
import dev.sluice.core.service.LbEntry.MemberEntry;
import dev.sluice.core.service.LbEntry.MemberKey;
import dev.sluice.core.service.LbEntry.RangeEntry;
import dev.sluice.core.service.LbEntry.RangeKey;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SeatEntry;
import dev.sluice.core.service.LbEntry.SeatKey;
import dev.sluice.core.service.LbEntry.SlotEntry;
import dev.sluice.core.service.LbEntry.SlotKey;
import dev.sluice.core.service.LbEntry.TableEntry;
import dev.sluice.core.service.LbEntry.TableKey;
import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.core.service.SeatTable;
import dev.sluice.node.bpf.Btf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Load-balancing entries to and from bytes: the Java side of {@code slc_lb_types.h}. */
final class LbCodec {
  private static final int TARGET = 20;
  private static final int FRONTEND_KEY = 24;
  private static final int FRONTEND = 28;
  private static final int SLOT_KEY = 8;
  private static final int MEMBER_KEY = 24;
  private static final int RANGE_KEY = 24;

  /** The first bits of a range's key, which always count. */
  private static final int OWNER_BITS = 32;

  private static final int RANGED = 1;

  private static final Map<String, Map<String, Integer>> STRUCTS =
      Map.of(
          "slc_lb_target",
          Map.of("address", 0, "port", 16, "", TARGET),
          "slc_lb_frontend_key",
          Map.of("target", 0, "protocol", TARGET, "", FRONTEND_KEY),
          "slc_lb_frontend",
          Map.of(
              "id",
              0,
              "inside",
              4,
              "inside_count",
              8,
              "outside",
              12,
              "outside_count",
              16,
              "affinity_seconds",
              20,
              "flags",
              24,
              "",
              FRONTEND),
          "slc_lb_slot_key",
          Map.of("scope", 0, "slot", 4, "", SLOT_KEY),
          "slc_lb_member_key",
          Map.of("scope", 0, "backend", 4, "", MEMBER_KEY),
          "slc_range_key",
          Map.of("prefixlen", 0, "owner", 4, "addr", 8, "", RANGE_KEY));

  private LbCodec() {}

  /**
   * @throws dev.sluice.node.bpf.BpfException naming the first member that is elsewhere in C
   */
  static void check(Btf btf) {
    STRUCTS.forEach((name, members) -> Layouts.check(btf.struct(name), members));
  }

  static byte[] key(FrontendKey key) {
    return put(buffer(FRONTEND_KEY), key.target()).putInt(key.protocol()).array();
  }

  static byte[] value(FrontendEntry entry) {
    return buffer(FRONTEND)
        .putInt(entry.id())
        .putInt(entry.inside().number())
        .putInt(entry.insideCount())
        .putInt(entry.outside() == null ? 0 : entry.outside().number())
        .putInt(entry.outsideCount())
        .putInt(entry.affinitySeconds())
        .putInt(entry.ranged() ? RANGED : 0)
        .array();
  }

  static FrontendEntry frontend(byte[] key, byte[] value) {
    ByteBuffer v = buffer(value);
    int outside = v.getInt(12);
    return new FrontendEntry(
        new FrontendKey(target(key, 0), buffer(key).getInt(TARGET)),
        v.getInt(0),
        Scope.numbered(v.getInt(4)),
        v.getInt(8),
        outside == 0 ? null : Scope.numbered(outside),
        v.getInt(16),
        v.getInt(20),
        (v.getInt(24) & RANGED) != 0);
  }

  static byte[] key(SlotKey key) {
    return buffer(SLOT_KEY).putInt(key.scope().number()).putInt(key.slot()).array();
  }

  static byte[] value(SlotEntry entry) {
    return put(buffer(TARGET), entry.backend()).array();
  }

  static SlotEntry slot(byte[] key, byte[] value) {
    ByteBuffer k = buffer(key);
    return new SlotEntry(new SlotKey(Scope.numbered(k.getInt(0)), k.getInt(4)), target(value, 0));
  }

  static byte[] key(MemberKey key) {
    return put(buffer(MEMBER_KEY).putInt(key.scope().number()), key.backend()).array();
  }

  static byte[] value(MemberEntry entry) {
    return present();
  }

  /** Value of an entry that says all by being there. */
  static byte[] present() {
    return buffer(4).putInt(1).array();
  }

  static MemberEntry member(byte[] key) {
    return new MemberEntry(new MemberKey(Scope.numbered(buffer(key).getInt(0)), target(key, 4)));
  }

  static byte[] key(SeatKey key) {
    return buffer(SLOT_KEY).putInt(key.scope().number()).putInt(key.seat()).array();
  }

  static byte[] value(SeatEntry entry) {
    return put(buffer(TARGET), entry.backend()).array();
  }

  static SeatEntry seat(byte[] key, byte[] value) {
    ByteBuffer k = buffer(key);
    return new SeatEntry(new SeatKey(Scope.numbered(k.getInt(0)), k.getInt(4)), target(value, 0));
  }

  static byte[] key(TableKey key) {
    return buffer(4).putInt(key.scope().number()).array();
  }

  /** Two bytes a place. */
  static byte[] value(TableEntry entry) {
    SeatTable table = entry.table();
    ByteBuffer bytes = buffer(2 * table.size());
    for (int place = 0; place < table.size(); place++) {
      bytes.putChar((char) table.seat(place));
    }
    return bytes.array();
  }

  static TableEntry table(byte[] key, byte[] value) {
    char[] seats = new char[value.length / 2];
    buffer(value).asCharBuffer().get(seats);
    return new TableEntry(new TableKey(Scope.numbered(buffer(key).getInt(0))), SeatTable.of(seats));
  }

  static byte[] key(RangeKey key) {
    return range(key.owner(), key.prefix());
  }

  /** Key of {@code slc_range}; an IPv4 prefix lies 96 bits deeper. */
  static byte[] range(int owner, Prefix prefix) {
    return buffer(RANGE_KEY)
        .putInt(OWNER_BITS + prefix.length() + (prefix.address().v6() ? 0 : 96))
        .putInt(owner)
        .put(prefix.address().mapped())
        .array();
  }

  static RangeEntry range(byte[] key) {
    IpAddress address = IpAddress.ofMapped(key, 8);
    int length = buffer(key).getInt(0) - OWNER_BITS - (address.v6() ? 0 : 96);
    return new RangeEntry(new RangeKey(buffer(key).getInt(4), new Prefix(address, length)));
  }

  /** Key of {@code slc_lb_gone}. */
  static byte[] key(Target target) {
    return put(buffer(TARGET), target).array();
  }

  private static ByteBuffer put(ByteBuffer bytes, Target target) {
    return bytes
        .order(ByteOrder.BIG_ENDIAN) // of the network
        .putLong(target.address().high())
        .putLong(target.address().low())
        .putShort((short) target.port())
        .putShort((short) 0)
        .order(ByteOrder.nativeOrder());
  }

  private static Target target(byte[] bytes, int at) {
    return new Target(
        IpAddress.ofMapped(bytes, at), (bytes[at + 16] & 0xff) << 8 | (bytes[at + 17] & 0xff));
  }
}
