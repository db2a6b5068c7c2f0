package dev.sluice.node;

import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.RuleBook;
import dev.sluice.node.control.ControlAnswer.AddressLine;
import dev.sluice.node.control.ControlAnswer.ConnectionLine;
import dev.sluice.node.control.ControlAnswer.NameLine;
import dev.sluice.node.control.ControlAnswer.PolicyLine;
import dev.sluice.node.control.ControlAnswer.TranslationLine;
import dev.sluice.node.kernel.Connection;
import dev.sluice.node.kernel.Translation;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Kernel entries as the lines that people read, sorted. */
final class MapDump {
  private static final Comparator<PolicyLine> POLICIES =
      Comparator.comparingInt(PolicyLine::subject)
          .thenComparing(PolicyLine::direction, Comparator.reverseOrder())
          .thenComparingInt(PolicyLine::peer)
          .thenComparingInt(PolicyLine::protocol)
          .thenComparingInt(PolicyLine::portFirst);

  private MapDump() {}

  static List<PolicyLine> policies(List<PolicyEntry> entries, RuleBook rules) {
    return entries.stream().map(entry -> line(entry, rules)).sorted(POLICIES).toList();
  }

  static List<AddressLine> addresses(List<AddressEntry> entries) {
    return entries.stream()
        .sorted(Comparator.comparing(entry -> entry.key().prefix()))
        .map(
            entry ->
                new AddressLine(
                    entry.key().prefix().toString(),
                    entry.identity(),
                    entry.tunnel() == null ? "" : entry.tunnel().toString()))
        .toList();
  }

  static List<ConnectionLine> connections(List<Connection> connections) {
    return connections.stream()
        .map(MapDump::line)
        .sorted(
            Comparator.comparing(ConnectionLine::source)
                .thenComparingInt(ConnectionLine::sourcePort)
                .thenComparing(ConnectionLine::destination))
        .toList();
  }

  static List<TranslationLine> translations(List<Translation.Translated> all) {
    return all.stream()
        .map(
            each ->
                new TranslationLine(
                    each.kind(),
                    each.protocol(),
                    each.source().toString(),
                    each.destination().toString(),
                    each.newSource().toString(),
                    each.newDestination().toString(),
                    each.service(),
                    each.idleSeconds()))
        .sorted(
            Comparator.comparing(TranslationLine::kind)
                .thenComparing(TranslationLine::source)
                .thenComparing(TranslationLine::destination))
        .toList();
  }

  static List<NameLine> names(NodeNames names) {
    return names.knownAlone().stream()
        .map(
            known ->
                new NameLine(
                    known.answer().endpoint(),
                    known.answer().endpointAddress(),
                    known.answer().name(),
                    known.key().address().toString(),
                    known.untilMillis(),
                    known.answer().resolver(),
                    names.identityOf(known.key())))
        .toList();
  }

  private static PolicyLine line(PolicyEntry entry, RuleBook rules) {
    PolicyKey key = entry.key();
    int last = key.port() + (1 << (16 - key.portBits())) - 1;
    return new PolicyLine(
        key.subject(),
        key.peer(),
        key.direction().name().toLowerCase(Locale.ROOT),
        key.protocol(),
        key.port(),
        last,
        switch (entry.verdict()) {
          case ALLOW -> "allow";
          case AUDIT -> "audit";
          case DENY, DEFAULT_DENY -> "deny";
        },
        entry.proxyPort(),
        entry.cookie(),
        rules.find(entry.cookie()).map(RuleBook.Reason::policies).orElse(List.of()));
  }

  private static ConnectionLine line(Connection connection) {
    return new ConnectionLine(
        connection.source().toString(),
        connection.sourcePort(),
        connection.destination().toString(),
        connection.destinationPort(),
        connection.protocol(),
        connection.state().name().toLowerCase(Locale.ROOT),
        connection.packets() + connection.replyPackets(),
        connection.bytes() + connection.replyBytes(),
        connection.expiresSeconds(),
        connection.sourceIdentity(),
        connection.destinationIdentity());
  }
}
