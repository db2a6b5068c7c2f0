package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a response teaches: the addresses of the name that was asked for. Only what hangs on the
 * question counts: its own records, and those at the end of the chain of aliases that begins with
 * it. Whatever else a server adds is passed over.
 *
 * @param name the name that was asked for, never an alias' target
 * @param aliases the names that the chain led through, in order
 * @param ttlSeconds by address: the shortest on the way to it
 */
public record Lesson(String name, List<String> aliases, Map<IpAddress, Long> ttlSeconds) {
  /** More than any resolver follows. */
  private static final int LONGEST_CHAIN = 16;

  /** Looks into a response to exactly this question. */
  public static Lesson of(DnsQuestion question, DnsMessage response) {
    Map<String, DnsRecord.Alias> aliases = new HashMap<>();
    for (DnsRecord record : response.answers()) {
      if (record instanceof DnsRecord.Alias alias) {
        aliases.putIfAbsent(alias.name(), alias);
      }
    }
    Map<String, Long> chain = new java.util.LinkedHashMap<>();
    String at = question.name();
    long ttl = Long.MAX_VALUE;
    while (at != null && chain.size() <= LONGEST_CHAIN && chain.putIfAbsent(at, ttl) == null) {
      DnsRecord.Alias alias = aliases.get(at);
      at = alias == null ? null : alias.target();
      ttl = alias == null ? ttl : Math.min(ttl, alias.ttlSeconds());
    }
    Map<IpAddress, Long> found = new TreeMap<>();
    for (DnsRecord record : response.answers()) {
      Long sofar = chain.get(record.name());
      if (sofar != null) {
        long shortest = Math.min(sofar, record.ttlSeconds());
        addresses(record).stream()
            .filter(Lesson::isHost)
            .forEach(address -> found.merge(address, shortest, Math::min));
      }
    }
    return new Lesson(
        question.name(),
        chain.keySet().stream().skip(1).toList(),
        java.util.Collections.unmodifiableMap(found));
  }

  private static List<IpAddress> addresses(DnsRecord record) {
    return switch (record) {
      case DnsRecord.Address address -> List.of(address.address());
      case DnsRecord.Binding binding -> binding.hints();
      case DnsRecord.Alias alias -> List.of();
      case DnsRecord.Other other -> List.of();
    };
  }

  /** Neither the asker itself, nor everybody, nor nobody. */
  private static boolean isHost(IpAddress address) {
    if (address.v6()) {
      boolean low = address.high() == 0 && address.low() >>> 32 == 0; // ::, ::1 and old embeddings
      boolean linkOrGroup = address.high() >>> 56 == 0xff || address.high() >>> 54 == 0x3fa;
      return !low && !linkOrGroup;
    }
    int first = (int) (address.low() >>> 24 & 0xff);
    boolean linkLocal = (address.low() >>> 16 & 0xffff) == 0xa9fe;
    return first != 0 && first != 127 && first < 224 && !linkLocal;
  }
}
