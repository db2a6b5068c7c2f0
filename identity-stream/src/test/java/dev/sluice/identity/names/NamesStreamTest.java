package dev.sluice.identity.names;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.registry.RegistryException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class NamesStreamTest {
  @Test
  void waitsForTheWorldAndForNothingElse() {
    RegistryException away = new RegistryException(0, 0, "does not answer");
    RegistryException unknown = new RegistryException(404, 40403, "no schema 7");
    assertTrue(NamesStream.isTheWorlds(new TimeoutException("no broker")));
    assertTrue(NamesStream.isTheWorlds(away));
    assertTrue(NamesStream.isTheWorlds(new KafkaException("the listener failed", away)));
    assertFalse(NamesStream.isTheWorlds(unknown));
    assertFalse(NamesStream.isTheWorlds(new SerializationException("not Avro")));
    assertFalse(NamesStream.isTheWorlds(new SerializationException("no schema", unknown)));
    assertFalse(
        NamesStream.isTheWorlds(
            new KafkaException("the listener failed", new SerializationException("not Avro"))));
    assertFalse(NamesStream.isTheWorlds(new IllegalStateException("a bug")));
  }
}
