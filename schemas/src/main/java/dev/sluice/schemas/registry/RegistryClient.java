package dev.sluice.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the Confluent Schema Registry REST API, version 7: subjects, ids, compatibility,
 * config. It is not a cache that expires: an id means one schema forever, so what it has seen it
 * never asks again, and goes on working while the registry is away.
 *
 * <p>A request that gets no answer, or a 5xx, is tried again with back-off, on the next address of
 * the list, until the time given is over. Thread-safe; requests block the caller.
 */
public final class RegistryClient implements SchemaRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final long FIRST_BACKOFF_MILLIS = 20;
  private static final long LARGEST_BACKOFF_MILLIS = 2000;

  private record SubjectSchema(String subject, String text) {}

  private final List<String> urls;
  private final Duration patience;
  private final HttpClient http;
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<SubjectSchema, Integer> ids = new ConcurrentHashMap<>();
  private volatile int current;

  /**
   * @param urls base addresses of one registry, tried in turn
   * @param patience how long one request is retried
   */
  public RegistryClient(List<String> urls, Duration patience) {
    this.urls = urls.stream().map(url -> url.replaceAll("/+$", "")).toList();
    this.patience = patience;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_TIMEOUT)
            .build();
  }

  /** The registry of the settings {@code schema.registry.url} and {@code …timeout}. */
  public static RegistryClient of(Settings settings) {
    return new RegistryClient(
        Arrays.stream(settings.required(Setting.SCHEMA_REGISTRY_URL).split(","))
            .map(String::strip)
            .toList(),
        settings.duration(Setting.SCHEMA_REGISTRY_TIMEOUT));
  }

  @Override
  public int register(String subject, Schema schema) {
    Schema portable = SchemaText.portable(schema);
    SubjectSchema key = new SubjectSchema(subject, portable.toString());
    Integer known = ids.get(key);
    if (known != null) {
      return known;
    }
    int id =
        ask("POST", "/subjects/" + encode(subject) + "/versions", body(portable))
            .path("id")
            .asInt();
    ids.put(key, id);
    schemas.putIfAbsent(id, portable);
    return id;
  }

  @Override
  public Schema schema(int id) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    JsonNode answer = ask("GET", "/schemas/ids/" + id, null);
    if (!answer.path("schemaType").asText("AVRO").equals("AVRO")) {
      throw new RegistryException(
          422, 422, "schema " + id + " is not Avro but " + answer.path("schemaType").asText());
    }
    Schema schema = SchemaText.parse(answer.path("schema").asText());
    schemas.put(id, schema);
    return schema;
  }

  @Override
  public Optional<Registered> latest(String subject) {
    return found("/subjects/" + encode(subject) + "/versions/latest")
        .map(
            answer ->
                new Registered(
                    subject,
                    answer.path("version").asInt(),
                    answer.path("id").asInt(),
                    SchemaText.parse(answer.path("schema").asText())));
  }

  @Override
  public boolean compatible(String subject, Schema schema) {
    try {
      return ask(
              "POST",
              "/compatibility/subjects/" + encode(subject) + "/versions/latest",
              body(SchemaText.portable(schema)))
          .path("is_compatible")
          .asBoolean();
    } catch (RegistryException e) {
      if (e.status() == 404) {
        return true;
      }
      throw e;
    }
  }

  @Override
  public Optional<String> compatibility(String subject) {
    return found("/config/" + encode(subject))
        .map(answer -> answer.path("compatibilityLevel").asText());
  }

  @Override
  public void setCompatibility(String subject, String level) {
    ask(
        "PUT",
        "/config/" + encode(subject),
        JSON.createObjectNode().put("compatibility", level).toString());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private Optional<JsonNode> found(String path) {
    try {
      return Optional.of(ask("GET", path, null));
    } catch (RegistryException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String body(Schema schema) {
    return JSON.createObjectNode().put("schema", schema.toString()).toString();
  }

  private static String encode(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode ask(String method, String path, String body) {
    long deadline = System.nanoTime() + patience.toNanos();
    long backoff = FIRST_BACKOFF_MILLIS;
    for (int attempt = 0; ; attempt++) {
      String url = urls.get(current);
      RegistryException failure;
      try {
        HttpResponse<String> answer = http.send(request(method, url + path, body), ofString());
        if (answer.statusCode() / 100 == 2) {
          return JSON.readTree(answer.body());
        }
        failure = refusal(url, answer);
        if (!failure.unavailable() && failure.status() != 429) {
          throw failure;
        }
      } catch (JsonProcessingException e) {
        throw new RegistryException(0, 0, "registry " + url + " does not answer in JSON", e);
      } catch (IOException e) {
        failure =
            new RegistryException(
                0, 0, "registry " + url + " does not answer: is it running? (" + e + ")", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RegistryException(0, 0, "interrupted while asking registry " + url, e);
      }
      if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoff) > deadline) {
        throw failure;
      }
      if (attempt == 0) {
        LOG.warn("{}; trying again for {} s", failure.getMessage(), patience.toSeconds());
      }
      current = (current + 1) % urls.size();
      pause(backoff);
      backoff = Math.min(backoff * 2, LARGEST_BACKOFF_MILLIS);
    }
  }

  private static HttpRequest request(String method, String url, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(REQUEST_TIMEOUT)
            .header("Accept", CONTENT_TYPE + ", application/json");
    return body == null
        ? request.method(method, HttpRequest.BodyPublishers.noBody()).build()
        : request
            .header("Content-Type", CONTENT_TYPE)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
  }

  private static HttpResponse.BodyHandler<String> ofString() {
    return HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
  }

  private static RegistryException refusal(String url, HttpResponse<String> answer) {
    int code = answer.statusCode();
    String message = answer.body();
    try {
      JsonNode error = JSON.readTree(answer.body());
      code = error.path("error_code").asInt(code);
      message = error.path("message").asText(message);
    } catch (JsonProcessingException e) {
      LOG.debug("registry {} gave an error that is not JSON: {}", url, message);
    }
    return new RegistryException(
        answer.statusCode(),
        code,
        "registry %s answered %d to %s %s: %s"
            .formatted(
                url,
                answer.statusCode(),
                answer.request().method(),
                answer.request().uri().getPath(),
                message));
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException(0, 0, "interrupted while the registry is away", e);
    }
  }
}
