package dev.sluice.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that speaks the Confluent REST API on 127.0.0.1 and keeps its schemas in a
 * compacted topic of the broker that the settings name. One instance a topic: it is the only writer
 * and answers reads from memory. Thread-safe; requests are answered one at a time.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int LARGEST_BODY_BYTES = 4 << 20;

  static {
    // The JDK's server otherwise holds small answers back until the client acknowledges (40 ms).
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final RegistryLog log;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private RegistryApi api;
  private boolean inDoubt;

  private EmbeddedRegistry(RegistryLog log, HttpServer http) {
    this.log = log;
    this.http = http;
    this.api = load();
  }

  /**
   * Reads what there is and starts to answer.
   *
   * @throws IOException when the port is taken
   */
  public static EmbeddedRegistry start(Settings settings, int port) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    RegistryLog log = null;
    try {
      log = new RegistryLog(settings);
      EmbeddedRegistry registry = new EmbeddedRegistry(log, http);
      http.setExecutor(registry.threads);
      http.createContext("/", registry::handle);
      http.start();
      return registry;
    } catch (RuntimeException e) {
      http.stop(0);
      if (log != null) {
        log.close();
      }
      throw e;
    }
  }

  /** Its base address. */
  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    log.close();
  }

  private RegistryApi load() {
    SchemaBook book = new SchemaBook();
    log.read(book::apply);
    return new RegistryApi(
        book,
        record -> {
          inDoubt = true;
          log.append(record);
          book.apply(record);
          inDoubt = false;
        });
  }

  private synchronized JsonNode answer(RegistryApi.Request request) {
    if (inDoubt) {
      // A write failed, and may be in the topic nevertheless: the topic is right.
      api = load();
      inDoubt = false;
    }
    return api.answer(request);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status = 200;
      JsonNode body;
      try {
        body = answer(request(exchange));
      } catch (RegistryException e) {
        status = e.status();
        body = error(e.code(), e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        status = 500;
        body = error(500, "Internal Server Error: " + e);
      }
      byte[] bytes = JSON.writeValueAsBytes(body);
      exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
      exchange.sendResponseHeaders(status, bytes.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  private static JsonNode error(int code, String message) {
    return JSON.createObjectNode().put("error_code", code).put("message", message);
  }

  private static RegistryApi.Request request(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY_BYTES + 1);
    if (body.length > LARGEST_BODY_BYTES) {
      throw new RegistryException(413, 413, "Request is larger than 4 MiB");
    }
    List<String> path =
        Arrays.stream(exchange.getRequestURI().getRawPath().split("/"))
            .filter(segment -> !segment.isEmpty())
            .map(EmbeddedRegistry::decode)
            .toList();
    return new RegistryApi.Request(
        exchange.getRequestMethod(),
        path,
        query(exchange.getRequestURI().getRawQuery()),
        new String(body, StandardCharsets.UTF_8));
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      int equals = pair.indexOf('=');
      query.put(
          decode(equals < 0 ? pair : pair.substring(0, equals)),
          equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RegistryException(400, 400, "Bad address: " + e.getMessage(), e);
    }
  }
}
