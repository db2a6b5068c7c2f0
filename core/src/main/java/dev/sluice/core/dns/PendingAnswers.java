package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.net.IpAddress;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What pods of the node were answered and topic fqdns does not have yet. Not thread safe. */
final class PendingAnswers {
  /** Addresses of answers that no topic has confirmed: more than these, and the oldest go. */
  private static final int MOST = 100_000;

  private final Map<IpAddress, Map<String, DnsEvent.Answered>> byAddress = new LinkedHashMap<>();

  void add(IpAddress address, DnsEvent.Answered answer) {
    byAddress.computeIfAbsent(address, a -> new TreeMap<>()).put(answer.name(), answer);
  }

  /** Forgets the eldest address when there are too many. */
  Optional<IpAddress> evict() {
    if (byAddress.size() <= MOST) {
      return Optional.empty();
    }
    IpAddress eldest = byAddress.keySet().iterator().next();
    byAddress.remove(eldest);
    return Optional.of(eldest);
  }

  /** The topic knows it now, unless what it says is older. */
  void settle(IpAddress address, NameUse use) {
    byAddress.computeIfPresent(
        address,
        (a, names) -> {
          names.computeIfPresent(
              use.name(),
              (n, answer) -> answer.timeMillis() <= use.learnedMillis() ? null : answer);
          return names.isEmpty() ? null : names;
        });
  }

  boolean has(IpAddress address) {
    return byAddress.containsKey(address);
  }

  Set<IpAddress> addresses() {
    return byAddress.keySet();
  }

  Set<String> names(IpAddress address) {
    return byAddress.getOrDefault(address, Map.of()).keySet();
  }

  /** All answers, the oldest first. */
  List<DnsEvent.Answered> answers() {
    // An answer's addresses share it: equal ones are the same one, and comparing them costs more.
    Set<DnsEvent.Answered> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return byAddress.values().stream()
        .flatMap(names -> names.values().stream())
        .filter(seen::add)
        .toList();
  }
}
