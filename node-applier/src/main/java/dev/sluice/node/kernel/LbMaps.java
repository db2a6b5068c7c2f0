package dev.sluice.node.kernel;

import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.mirror.KernelServices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
          "slc_lb_dialled",
          "slc_lb_sent",
          "slc_lb_gone",
          "slc_netns");

  private final BpfMap frontends;
  private final BpfMap slots;
  private final BpfMap members;

  private final UdpSockets udp;

  LbMaps(Map<String, BpfMap> maps, UdpSockets udp) {
    this.udp = udp;
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
    return entries;
  }

  @Override
  public Optional<LbEntry> find(LbEntry.Key key) {
    byte[] bytes = bytes(key);
    return map(key).lookup(bytes).map(value -> entry(key, bytes, value));
  }

  /** A batch for each run of entries of one map. */
  @Override
  public void put(List<LbEntry> entries) {
    Map<BpfMap, List<byte[]>> keys = new LinkedHashMap<>();
    Map<BpfMap, List<byte[]>> values = new LinkedHashMap<>();
    for (LbEntry entry : entries) {
      BpfMap map = map(entry.key());
      keys.computeIfAbsent(map, unused -> new ArrayList<>()).add(bytes(entry.key()));
      values.computeIfAbsent(map, unused -> new ArrayList<>()).add(value(entry));
    }
    keys.forEach((map, all) -> map.updateAll(all, values.get(map)));
  }

  @Override
  public void remove(List<LbEntry.Key> keys) {
    keys.forEach(key -> map(key).delete(bytes(key)));
  }

  @Override
  public void endUdp(Set<LbEntry.Target> backends) {
    udp.end(backends);
  }

  @Override
  public LbSizes capacity() {
    return new LbSizes(frontends.maxEntries(), slots.maxEntries(), members.maxEntries());
  }

  private BpfMap map(LbEntry.Key key) {
    return switch (key) {
      case LbEntry.FrontendKey unused -> frontends;
      case LbEntry.SlotKey unused -> slots;
      case LbEntry.MemberKey unused -> members;
    };
  }

  private static byte[] bytes(LbEntry.Key key) {
    return switch (key) {
      case LbEntry.FrontendKey frontend -> LbCodec.key(frontend);
      case LbEntry.SlotKey slot -> LbCodec.key(slot);
      case LbEntry.MemberKey member -> LbCodec.key(member);
    };
  }

  private static byte[] value(LbEntry entry) {
    return switch (entry) {
      case LbEntry.FrontendEntry frontend -> LbCodec.value(frontend);
      case LbEntry.SlotEntry slot -> LbCodec.value(slot);
      case LbEntry.MemberEntry member -> LbCodec.value(member);
    };
  }

  private static LbEntry entry(LbEntry.Key key, byte[] bytes, byte[] value) {
    return switch (key) {
      case LbEntry.FrontendKey unused -> LbCodec.frontend(bytes, value);
      case LbEntry.SlotKey unused -> LbCodec.slot(bytes, value);
      case LbEntry.MemberKey unused -> LbCodec.member(bytes);
    };
  }
}
