package dev.sluice.node.flow;

import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which names led to an address, for saying in flows what was meant by it. What was told last is
 * known; what nobody was told for long is forgotten, so that a pod that asks for ever new names
 * takes a bounded place. Any thread.
 */
final class AddressNames {
  /** Addresses in either half: when the younger one is full, it becomes the older one. */
  static final int MOST_ADDRESSES = 32_768;

  /** Names of one address; many names share the addresses of a provider. */
  static final int MOST_NAMES = 8;

  private volatile Map<IpAddress, List<String>> younger = new ConcurrentHashMap<>();
  private volatile Map<IpAddress, List<String>> older = Map.of();

  void add(IpAddress address, String name) {
    List<String> known = younger.get(address);
    if (known == null || !known.contains(name)) {
      younger.put(address, with(of(address), name));
      if (younger.size() > MOST_ADDRESSES) {
        turn();
      }
    }
  }

  private synchronized void turn() {
    if (younger.size() > MOST_ADDRESSES) {
      older = younger;
      younger = new ConcurrentHashMap<>();
    }
  }

  private static List<String> with(List<String> names, String name) {
    return Stream.concat(
            Stream.of(name),
            names.stream().filter(other -> !other.equals(name)).limit(MOST_NAMES - 1))
        .toList();
  }

  /** The names of an address, the newest first; none when nobody asked. */
  List<String> of(IpAddress address) {
    List<String> names = younger.get(address);
    if (names == null) {
      names = older.get(address);
    }
    return names == null ? List.of() : names;
  }
}
