package dev.sluice.schemas.topic;

import dev.sluice.schemas.registry.RegistryException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A record of one of our topics that is not what its topic holds. Reading it again gives the same,
 * so it is our bug and not the world failing: the process stops and names the place.
 */
public final class UnreadableRecordException extends SerializationException {
  private static final long serialVersionUID = 1L;

  private UnreadableRecordException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What it means that a record could not be decoded; empty when the registry did not answer, which
   * says nothing about the record.
   */
  public static Optional<UnreadableRecordException> of(
      ConsumerRecord<?, ?> record, Exception failure) {
    return outOfReach(failure)
        ? Optional.empty()
        : Optional.of(
            new UnreadableRecordException(
                "topic %s, partition %d, offset %d cannot be read: %s"
                    .formatted(
                        record.topic(), record.partition(), record.offset(), failure.getMessage()),
                failure));
  }

  private static boolean outOfReach(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RegistryException registry && registry.unavailable()) {
        return true;
      }
    }
    return false;
  }
}
