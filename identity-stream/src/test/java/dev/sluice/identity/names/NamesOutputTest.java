package dev.sluice.identity.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class NamesOutputTest {
  private static final Settings SETTINGS = Settings.defaults();
  private final TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), SETTINGS);
  private final MockProducer<String, FqdnRow> rows = mock(Topics.FQDNS);
  private final MockProducer<String, DnsAnswer> events = mock(Topics.DNS_ANSWERS);
  private final MockProducer<String, Diagnostic> findings = mock(Topics.DIAGNOSTICS);
  private final NamesOutput output = new NamesOutput(SETTINGS, rows, events, findings);

  private <V extends SpecificRecord> MockProducer<String, V> mock(Topic<V> topic) {
    serdes.register(List.of(topic));
    return new MockProducer<>(
        false, null, serdes.keys(topic).serializer(), serdes.values(topic).serializer());
  }

  @Test
  void whatTheBrokersRefuseEndsTheLife() {
    output.mark(7, CountedAnswers.UNKNOWN);
    output.event(new DnsEvent.Passed(1));
    output.findings(List.of(Change.remove(NameFinding.class, "gone")));
    output.check();
    events.completeNext();
    findings.completeNext();
    output.check();
    rows.errorNext(new RecordTooLargeException("too large"));
    KafkaException refused = assertThrows(KafkaException.class, output::check);
    assertEquals("topic sluice.fqdns did not take mark: too large", refused.getMessage());
    assertTrue(NamesStream.isTheWorlds(refused), "the next life begins with what the topic holds");
    output.mark(8, CountedAnswers.UNKNOWN);
    rows.completeNext();
    assertThrows(KafkaException.class, output::check, "a hole stays one");
  }

  @Test
  void closesAllOfThem() {
    rows.closeException = new KafkaException("cannot");
    assertThrows(KafkaException.class, output::close);
    assertTrue(events.closed() && findings.closed());
  }
}
