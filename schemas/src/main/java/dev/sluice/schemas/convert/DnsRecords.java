package dev.sluice.schemas.convert;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.schemas.AnsweredAddress;
import dev.sluice.schemas.CountedTopic;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.DnsAnswerKind;
import dev.sluice.schemas.FqdnAddress;
import dev.sluice.schemas.FqdnName;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.FqdnSet;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Topics dns.answers and fqdns as core's values, and back. */
public final class DnsRecords {
  private DnsRecords() {}

  /** Key of an event in topic dns.answers. */
  public static String key(DnsEvent event) {
    return event instanceof DnsEvent.Answered answer ? answer.name() : "";
  }

  public static DnsAnswer toAvro(DnsEvent event) {
    DnsAnswer.Builder builder =
        DnsAnswer.newBuilder().setTime(Instant.ofEpochMilli(event.timeMillis()));
    return switch (event) {
      case DnsEvent.Answered answer ->
          builder
              .setKind(DnsAnswerKind.ANSWERED)
              .setNode(answer.node())
              .setName(answer.name())
              .setAddresses(
                  answer.ttlSeconds().entrySet().stream()
                      .map(each -> new AnsweredAddress(each.getKey().toString(), each.getValue()))
                      .toList())
              .setEndpoint(answer.endpoint())
              .setEndpointAddress(answer.endpointAddress())
              .setResolver(answer.resolver())
              .build();
      case DnsEvent.Used used ->
          builder
              .setKind(DnsAnswerKind.USED)
              .setNode(used.node())
              .setAddresses(
                  used.addresses().stream()
                      .map(address -> new AnsweredAddress(address.toString(), 0L))
                      .toList())
              .build();
      case DnsEvent.Wanted wanted ->
          builder
              .setKind(DnsAnswerKind.WANTED)
              .setNode(wanted.node())
              .setSelectors(wanted.set().selectors())
              .setBase(wanted.set().base())
              .build();
      case DnsEvent.Passed passed -> builder.setKind(DnsAnswerKind.PASSED).build();
    };
  }

  /** Empty for a kind that this version does not know. */
  public static Optional<DnsEvent> fromAvro(DnsAnswer answer) {
    long time = answer.getTime().toEpochMilli();
    return switch (answer.getKind()) {
      case ANSWERED -> {
        Map<IpAddress, Long> ttls = new TreeMap<>();
        for (AnsweredAddress each : answer.getAddresses()) {
          ttls.put(IpAddress.parse(each.getAddress()), each.getTtlSeconds());
        }
        yield Optional.of(
            new DnsEvent.Answered(
                time,
                answer.getNode(),
                answer.getName(),
                ttls,
                answer.getEndpoint(),
                answer.getEndpointAddress(),
                answer.getResolver()));
      }
      case USED ->
          Optional.of(
              new DnsEvent.Used(
                  time,
                  answer.getNode(),
                  answer.getAddresses().stream()
                      .map(each -> IpAddress.parse(each.getAddress()))
                      .toList()));
      case WANTED ->
          Optional.of(
              new DnsEvent.Wanted(
                  time,
                  answer.getNode(),
                  new SelectorSet(answer.getSelectors(), answer.getBase())));
      case PASSED -> Optional.of(new DnsEvent.Passed(time));
      case UNKNOWN -> Optional.empty();
    };
  }

  /** A value of topic fqdns; null for a removal. */
  public static FqdnRow toAvro(long position, Change<FqdnRecord> change) {
    return switch (change.value()) {
      case null -> null;
      case FqdnRecord.NumberedSet set ->
          new FqdnRow(
              position, new FqdnSet(set.number(), set.set().selectors(), set.set().base()), null);
      case FqdnRecord.LearnedAddress learned ->
          new FqdnRow(
              position,
              new FqdnAddress(
                  learned.address().toString(),
                  learned.identity(),
                  learned.usedUntilMillis(),
                  learned.names().stream().map(DnsRecords::toAvro).toList()),
              null);
    };
  }

  /**
   * Everything that dns.answers up to this position caused has been written.
   *
   * @param counted which topic positions count; null: not known
   */
  public static FqdnRow mark(long position, CountedTopic counted) {
    return new FqdnRow(position, new Mark(position, 0L, ""), counted);
  }

  private static FqdnName toAvro(FqdnRecord.NameUse use) {
    return new FqdnName(
        use.name(),
        use.untilMillis(),
        use.learnedMillis(),
        use.ttlSeconds(),
        use.endpoint(),
        use.endpointAddress(),
        use.resolver(),
        use.node());
  }

  /**
   * @param row null for a tombstone
   */
  public static Row<FqdnRecord> fromAvro(String key, FqdnRow row, long removedAt) {
    if (row == null) {
      return new Row.Changed<>(removedAt, Change.remove(FqdnRecord.kind(key), key));
    }
    return switch (row.getEntry()) {
      case Mark mark when key.equals(Topics.MARK_KEY) -> Row.Marked.of(mark);
      case FqdnSet set ->
          changed(
              row,
              key,
              new FqdnRecord.NumberedSet(
                  set.getIdentity(), new SelectorSet(set.getSelectors(), set.getBase())));
      case FqdnAddress address -> changed(row, key, learned(address));
      default -> throw new IllegalArgumentException("not an entry: " + row.getEntry());
    };
  }

  private static Row<FqdnRecord> changed(FqdnRow row, String key, FqdnRecord record) {
    return new Row.Changed<>(row.getPosition(), Change.upsert(record.getClass(), key, record));
  }

  private static FqdnRecord.LearnedAddress learned(FqdnAddress address) {
    List<FqdnRecord.NameUse> names =
        address.getNames().stream()
            .map(
                each ->
                    new FqdnRecord.NameUse(
                        each.getName(),
                        each.getUntil(),
                        each.getLearned(),
                        each.getTtlSeconds(),
                        each.getEndpoint(),
                        each.getEndpointAddress(),
                        each.getResolver(),
                        each.getNode()))
            .toList();
    return new FqdnRecord.LearnedAddress(
        IpAddress.parse(address.getAddress()),
        address.getIdentity(),
        address.getUsedUntil(),
        names);
  }
}
