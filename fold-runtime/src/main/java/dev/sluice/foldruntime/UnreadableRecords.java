package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.UnreadableRecordException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/**
 * What Kafka Streams asks when a record cannot be decoded: a bad one ends the stream with its place
 * for good; when only the registry is away, the stream fails and starts again.
 */
public final class UnreadableRecords implements DeserializationExceptionHandler {
  @Override
  public Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception failure) {
    UnreadableRecordException.of(record, failure)
        .ifPresent(
            unreadable -> {
              throw unreadable;
            });
    return Response.fail();
  }

  @Override
  public void configure(Map<String, ?> configs) {
    // there is nothing to choose
  }
}
