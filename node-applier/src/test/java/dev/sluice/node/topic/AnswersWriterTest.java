package dev.sluice.node.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class AnswersWriterTest {
  private static final DnsEvent EVENT = new DnsEvent.Passed(1);

  private final CountDownLatch sent = new CountDownLatch(1);
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, Callback callback) {
          Future<RecordMetadata> future = super.send(record, callback);
          sent.countDown();
          return future;
        }
      };

  @Test
  void whatBrokersDoNotTakeInTimeIsCounted() throws Exception {
    Settings settings = Settings.defaults();
    TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), settings);
    serdes.register(List.of(Topics.DNS_ANSWERS));
    AnswersWriter writer =
        new AnswersWriter(producer, serdes, Topics.DNS_ANSWERS.name(settings)).start();
    writer.accept(EVENT);
    assertTrue(sent.await(60, TimeUnit.SECONDS));
    assertEquals(0, writer.lost());
    assertTrue(producer.errorNext(new TimeoutException("brokers are away")));
    assertEquals(1, writer.lost());
    writer.close();
    writer.accept(EVENT);
    assertEquals(2, writer.lost(), "nobody writes it any more");
  }
}
