package dev.sluice.node.apply;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.mirror.KernelServices;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Load-balancing maps that hold the applier to it that a counted slot is there. */
final class FakeServices implements KernelServices {
  final Map<LbEntry.Key, LbEntry> entries = new LinkedHashMap<>();
  LbSizes capacity = new LbSizes(100, 100, 100, 100, 100, 100);
  final Set<LbEntry.Target> ended = new TreeSet<>();
  int writes;

  @Override
  public List<LbEntry> readBack() {
    return List.copyOf(entries.values());
  }

  @Override
  public Optional<LbEntry> find(LbEntry.Key key) {
    return Optional.ofNullable(entries.get(key));
  }

  @Override
  public void put(List<LbEntry> list) {
    for (LbEntry entry : list) {
      writes++;
      entries.put(entry.key(), entry);
      check();
    }
  }

  @Override
  public void remove(List<LbEntry.Key> keys) {
    for (LbEntry.Key key : keys) {
      writes++;
      entries.remove(key);
      check();
    }
  }

  @Override
  public void endUdp(Set<LbEntry.Target> backends) {
    ended.addAll(backends);
  }

  @Override
  public void own(List<IpAddress> addresses) {}

  @Override
  public int tableSize() {
    return 251;
  }

  @Override
  public boolean direct() {
    return false;
  }

  private void check() {
    for (LbEntry entry : entries.values()) {
      if (entry instanceof LbEntry.FrontendEntry frontend) {
        for (int slot = 0; slot < frontend.insideCount(); slot++) {
          if (!entries.containsKey(new LbEntry.SlotKey(frontend.inside(), slot))) {
            throw new AssertionError(frontend + " counts a slot that is not there: " + slot);
          }
        }
      }
    }
  }

  @Override
  public LbSizes capacity() {
    return capacity;
  }
}
