package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.mirror.KernelServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The load-balancing maps of a node's dataplane. Any thread. */
public final class LbMaps implements KernelServices {
  static final List<String> NAMES =
      List.of(
          "slc_lb_frontend",
          "slc_lb_slot",
          "slc_lb_member",
          "slc_lb_affinity",
          "slc_lb_dials",
          "slc_lb_dialled",
          "slc_lb_sent",
          "slc_lb_gone",
          "slc_netns",
          "slc_lb_seat",
          "slc_lb_maglev",
          "slc_lb_epoch");

  private final BpfMap frontends;
  private final BpfMap slots;
  private final BpfMap members;
  private final BpfMap seats;
  private final BpfMap tables;
  private final BpfMap ranges;
  private final ServiceAddresses addresses;
  private final UdpSockets udp;
  private final Translation translation;
  private final Epoch epoch;
  private final boolean direct;

  LbMaps(
      Map<String, BpfMap> maps,
      ServiceAddresses addresses,
      UdpSockets udp,
      Translation translation,
      Epoch epoch,
      boolean direct) {
    this.epoch = epoch;
    this.direct = direct;
    this.addresses = addresses;
    this.udp = udp;
    this.translation = translation;
    this.seats = maps.get("slc_lb_seat");
    this.tables = maps.get("slc_lb_maglev");
    this.ranges = maps.get("slc_range");
    this.frontends = maps.get("slc_lb_frontend");
    this.slots = maps.get("slc_lb_slot");
    this.members = maps.get("slc_lb_member");
  }

  @Override
  public List<LbEntry> readBack() {
    List<LbEntry> entries = new ArrayList<>();
    frontends.forEach((key, value) -> entries.add(LbCodec.frontend(key, value)));
    slots.forEach((key, value) -> entries.add(LbCodec.slot(key, value)));
    members.forEach((key, value) -> entries.add(LbCodec.member(key)));
    seats.forEach((key, value) -> entries.add(LbCodec.seat(key, value)));
    for (byte[] key : tables.keys()) { // a batch of tables would be too much memory
      tables.lookup(key).ifPresent(value -> entries.add(LbCodec.table(key, value)));
    }
    ranges.keys().stream()
        .map(LbCodec::range)
        .filter(range -> !Translation.isException(range.key()))
        .forEach(entries::add);
    addresses.compare(frontends(entries));
    return entries;
  }

  private static List<LbEntry.FrontendKey> frontends(List<LbEntry> entries) {
    List<LbEntry.FrontendKey> keys = new ArrayList<>();
    for (LbEntry entry : entries) {
      if (entry instanceof LbEntry.FrontendEntry frontend) {
        keys.add(frontend.key());
      }
    }
    return keys;
  }

  @Override
  public Optional<LbEntry> find(LbEntry.Key key) {
    byte[] bytes = bytes(key);
    return map(key).lookup(bytes).map(value -> entry(key, bytes, value));
  }

  /** A batch for each run of entries of one map. */
  @Override
  public void put(List<LbEntry> entries) {
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    BpfMap map = null;
    for (LbEntry entry : entries) {
      BpfMap next = map(entry.key());
      if (next != map || map == tables) { // a batch of tables would be too much memory
        flush(map, keys, values);
        map = next;
      }
      keys.add(bytes(entry.key()));
      values.add(value(entry));
    }
    flush(map, keys, values);
    addresses.add(frontends(entries));
  }

  /** What programs remember goes with each map, for the order of writes to hold for it, too. */
  private void flush(BpfMap map, List<byte[]> keys, List<byte[]> values) {
    if (keys.isEmpty()) {
      return;
    }
    if (map == tables) { // nothing of them is remembered
      map.updateAll(keys, values);
    } else {
      epoch.during(() -> map.updateAll(keys, values));
    }
    keys.clear();
    values.clear();
  }

  @Override
  public void remove(List<LbEntry.Key> keys) {
    for (LbEntry.Key key : keys) {
      epoch.during(() -> map(key).delete(bytes(key)));
      if (key instanceof LbEntry.FrontendKey frontend) {
        addresses.remove(frontend);
      }
    }
  }

  @Override
  public void endUdp(Set<LbEntry.Target> backends) {
    udp.end(backends, () -> translation.forget(backends));
  }

  @Override
  public void own(List<IpAddress> addresses) {
    translation.own(addresses);
  }

  @Override
  public int tableSize() {
    return tables.valueBytes() / 2;
  }

  @Override
  public boolean direct() {
    return direct;
  }

  @Override
  public LbSizes capacity() {
    return new LbSizes(
        frontends.maxEntries(),
        slots.maxEntries(),
        members.maxEntries(),
        seats.maxEntries(),
        tables.maxEntries(),
        ranges.maxEntries());
  }

  private BpfMap map(LbEntry.Key key) {
    return switch (key) {
      case LbEntry.FrontendKey unused -> frontends;
      case LbEntry.SlotKey unused -> slots;
      case LbEntry.MemberKey unused -> members;
      case LbEntry.SeatKey unused -> seats;
      case LbEntry.TableKey unused -> tables;
      case LbEntry.RangeKey unused -> ranges;
    };
  }

  private static byte[] bytes(LbEntry.Key key) {
    return switch (key) {
      case LbEntry.FrontendKey frontend -> LbCodec.key(frontend);
      case LbEntry.SlotKey slot -> LbCodec.key(slot);
      case LbEntry.MemberKey member -> LbCodec.key(member);
      case LbEntry.SeatKey seat -> LbCodec.key(seat);
      case LbEntry.TableKey table -> LbCodec.key(table);
      case LbEntry.RangeKey range -> LbCodec.key(range);
    };
  }

  private static byte[] value(LbEntry entry) {
    return switch (entry) {
      case LbEntry.FrontendEntry frontend -> LbCodec.value(frontend);
      case LbEntry.SlotEntry slot -> LbCodec.value(slot);
      case LbEntry.MemberEntry member -> LbCodec.value(member);
      case LbEntry.SeatEntry seat -> LbCodec.value(seat);
      case LbEntry.TableEntry table -> LbCodec.value(table);
      case LbEntry.RangeEntry unused -> LbCodec.present();
    };
  }

  private static LbEntry entry(LbEntry.Key key, byte[] bytes, byte[] value) {
    return switch (key) {
      case LbEntry.FrontendKey unused -> LbCodec.frontend(bytes, value);
      case LbEntry.SlotKey unused -> LbCodec.slot(bytes, value);
      case LbEntry.MemberKey unused -> LbCodec.member(bytes);
      case LbEntry.SeatKey unused -> LbCodec.seat(bytes, value);
      case LbEntry.TableKey unused -> LbCodec.table(bytes, value);
      case LbEntry.RangeKey unused -> LbCodec.range(bytes);
    };
  }
}
