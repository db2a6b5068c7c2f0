package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.schemas.registry.RegistryClient;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.registry.SchemaText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against the embedded registry, a registry that is away, and one that stumbles. */
@Timeout(120)
class RegistryClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration NONE = Duration.ZERO;
  private static final Schema TEXT = Schema.create(Schema.Type.STRING);
  private static final Schema NUMBER = Schema.create(Schema.Type.LONG);

  private static LocalKafka kafka;
  private static EmbeddedRegistry registry;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
    registry = EmbeddedRegistry.start(kafka.settings(), LoopbackPort.choose());
  }

  @AfterAll
  static void stop() throws Exception {
    registry.close();
    kafka.close();
  }

  @Test
  void everyRequestIsUnderstood() {
    try (RegistryClient client = client(NONE, registry.url() + "/")) {
      assertEquals(Optional.empty(), client.latest("all of it/1"));
      assertTrue(client.compatible("all of it/1", TEXT));
      int id = client.register("all of it/1", TEXT);
      assertEquals(id, client.register("all of it/1", TEXT));
      assertEquals(1, client.latest("all of it/1").orElseThrow().version());
      assertEquals(Optional.empty(), client.compatibility("all of it/1"));
      client.setCompatibility("all of it/1", "FULL");
      assertEquals(Optional.of("FULL"), client.compatibility("all of it/1"));
      assertFalse(client.compatible("all of it/1", NUMBER));
      RegistryException refused =
          assertThrows(RegistryException.class, () -> client.register("all of it/1", NUMBER));
      assertEquals(409, refused.status());
      try (RegistryClient other = client(NONE, registry.url())) {
        assertEquals(TEXT, other.schema(id));
        assertEquals(
            40403, assertThrows(RegistryException.class, () -> other.schema(id + 1000)).code());
      }
    }
  }

  @Test
  void theNextAddressIsTried() {
    String dead = "http://127.0.0.1:" + LoopbackPort.choose();
    try (RegistryClient client = client(PATIENCE, dead, registry.url())) {
      assertTrue(client.register("failover", TEXT) > 0);
      assertEquals(1, client.latest("failover").orElseThrow().version());
    }
  }

  @Test
  void aRegistryThatIsAwayIsWaitedForAndNotForever() throws Exception {
    int port = LoopbackPort.choose();
    String url = "http://127.0.0.1:" + port;
    try (RegistryClient hasty = client(Duration.ofMillis(100), url)) {
      RegistryException away =
          assertThrows(RegistryException.class, () -> hasty.register("late", TEXT));
      assertTrue(away.unavailable());
      assertTrue(
          away.getMessage().startsWith("registry " + url + " does not answer: is it running?"));
    }
    try (RegistryClient patient = client(PATIENCE, url)) {
      CompletableFuture<Integer> id =
          CompletableFuture.supplyAsync(() -> patient.register("late", TEXT));
      try (EmbeddedRegistry late = EmbeddedRegistry.start(kafka.settings(), port)) {
        assertTrue(id.get() > 0, late.url());
      }
      assertEquals(id.get(), patient.register("late", TEXT), "what it knows it asks no more");
      assertEquals(TEXT, patient.schema(id.get()));
    }
  }

  @Test
  void serverErrorsAreTriedAgainAndRefusalsAreNot() throws Exception {
    Deque<Integer> statuses = new ArrayDeque<>(List.of(503, 429, 500, 200, 401));
    HttpServer stub =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    stub.createContext(
        "/",
        exchange -> {
          byte[] body = "{\"id\":7}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(statuses.pop(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    stub.start();
    String url = "http://127.0.0.1:" + stub.getAddress().getPort();
    try (RegistryClient client = client(PATIENCE, url)) {
      assertEquals(7, client.register("stumbles", TEXT));
      RegistryException refused =
          assertThrows(RegistryException.class, () -> client.register("stumbles", NUMBER));
      assertEquals(401, refused.status());
      assertFalse(refused.unavailable());
      assertTrue(statuses.isEmpty());
    } finally {
      stub.stop(0);
    }
  }

  @Test
  void javasHintsAreNotSent() {
    Schema hinted = SchemaText.parse("{\"type\":\"string\",\"avro.java.string\":\"String\"}");
    try (RegistryClient client = client(NONE, registry.url())) {
      assertEquals(client.register("hints", TEXT), client.register("hints", hinted));
    }
  }

  private static RegistryClient client(Duration patience, String... urls) {
    return new RegistryClient(List.of(urls), patience);
  }
}
