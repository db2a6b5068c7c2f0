package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.schemas.config.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registry's REST API as a client sees it: answers, statuses, Confluent's error codes. */
@Timeout(120)
class EmbeddedRegistryTest {
  private static final String OLD = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}";
  private static final String WIDER =
      "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
          + "{\"name\":\"a\",\"type\":\"int\",\"default\":0}]}";
  private static final String BREAKING =
      "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"b\",\"type\":\"int\"}]}";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

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
  void subjectsGrowByVersions() throws Exception {
    String first = answer("POST", "/subjects/grow/versions", schema(OLD));
    assertTrue(first.matches("200 \\{\"id\":\\d+}"), first);
    assertEquals(first, answer("POST", "/subjects/grow/versions", schema(OLD)));
    String second = answer("POST", "/subjects/grow/versions", schema(WIDER));
    assertEquals("200 [1,2]", answer("GET", "/subjects/grow/versions", null));
    int id = Integer.parseInt(second.replaceAll("\\D", "").substring(3));
    String version =
        "200 {\"subject\":\"grow\",\"version\":2,\"id\":%d,\"schema\":%s}"
            .formatted(id, quoted(WIDER));
    assertEquals(version, answer("GET", "/subjects/grow/versions/latest", null));
    assertEquals(version, answer("GET", "/subjects/grow/versions/2", null));
    assertEquals(version, answer("POST", "/subjects/grow", schema(WIDER)));
    assertEquals("200 " + WIDER, answer("GET", "/subjects/grow/versions/-1/schema", null));
    assertEquals(
        "200 {\"schema\":" + quoted(WIDER) + "}", answer("GET", "/schemas/ids/" + id, null));
    answer("POST", "/subjects/a%20b%2Fc+d/versions", schema(WIDER));
    String uses = answer("GET", "/schemas/ids/" + id + "/versions", null);
    assertTrue(uses.contains("{\"subject\":\"a b/c+d\",\"version\":1}"), uses);
    assertTrue(uses.contains("{\"subject\":\"grow\",\"version\":2}"), uses);
    assertEquals("200 [\"grow\"]", answer("GET", "/subjects?subjectPrefix=gr", null));
    assertEquals("200 [\"AVRO\"]", answer("GET", "/schemas/types", null));
  }

  @Test
  void incompatibleSchemasAreRefused() throws Exception {
    answer("POST", "/subjects/strict/versions", schema(OLD));
    String refused = answer("POST", "/subjects/strict/versions", schema(BREAKING));
    assertTrue(refused.startsWith("409 {\"error_code\":409,\"message\":"), refused);
    assertTrue(refused.contains("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0: b"), refused);
    String check = "/compatibility/subjects/strict/versions";
    assertEquals("200 {\"is_compatible\":true}", answer("POST", check, schema(WIDER)));
    assertEquals(
        "200 {\"is_compatible\":false}", answer("POST", check + "/latest", schema(BREAKING)));
    assertTrue(
        answer("POST", check + "/1?verbose=true", schema(BREAKING)).contains("\"messages\":["));
    answer("PUT", "/config/strict", "{\"compatibility\":\"none\"}");
    assertTrue(answer("POST", "/subjects/strict/versions", schema(BREAKING)).startsWith("200"));
  }

  @Test
  void levelsAreSetAndRemoved() throws Exception {
    assertEquals(
        "200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}", answer("GET", "/config", null));
    assertCode(404, 40408, "GET", "/config/levels", null);
    assertEquals(
        "200 {\"compatibility\":\"FULL\"}",
        answer("PUT", "/config/levels", "{\"compatibility\":\"FULL\"}"));
    assertEquals("200 {\"compatibilityLevel\":\"FULL\"}", answer("GET", "/config/levels", null));
    assertEquals("200 {\"compatibilityLevel\":\"FULL\"}", answer("DELETE", "/config/levels", null));
    assertEquals(
        "200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}",
        answer("GET", "/config/levels?defaultToGlobal=true", null));
    assertCode(422, 42203, "PUT", "/config", "{\"compatibility\":\"SOME\"}");
  }

  @Test
  void refusalsHaveConfluentsCodes() throws Exception {
    answer("POST", "/subjects/codes/versions", schema(OLD));
    assertCode(404, 40401, "GET", "/subjects/none/versions", null);
    assertCode(404, 40401, "GET", "/subjects/none/versions/1", null);
    assertCode(404, 40402, "GET", "/subjects/codes/versions/7", null);
    assertCode(422, 42202, "GET", "/subjects/codes/versions/0", null);
    assertCode(404, 40403, "GET", "/schemas/ids/999999", null);
    assertCode(404, 40401, "POST", "/subjects/none", schema(OLD));
    assertCode(404, 40403, "POST", "/subjects/codes", schema(BREAKING));
    assertCode(422, 42201, "POST", "/subjects/codes/versions", schema("{\"type\":\"rec\"}"));
    assertCode(422, 42201, "POST", "/subjects/codes/versions", "{}");
    assertCode(
        422, 42201, "POST", "/subjects/p/versions", "{\"schemaType\":\"JSON\",\"schema\":\"{}\"}");
    assertCode(400, 400, "POST", "/subjects/codes/versions", "no json");
    assertCode(405, 405, "DELETE", "/subjects/codes", null);
    assertCode(404, 404, "GET", "/elsewhere", null);
    assertCode(404, 404, "GET", "/schemas/ids/x", null);
  }

  @Test
  void whatItKnowsIsInTheTopic() throws Exception {
    answer("POST", "/subjects/kept/versions", schema(OLD));
    answer("POST", "/subjects/kept/versions", schema(WIDER));
    answer("PUT", "/config/kept", "{\"compatibility\":\"FORWARD\"}");
    Settings settings = kafka.settings();
    String before = answer("GET", "/subjects/kept/versions/latest", null);
    try (EmbeddedRegistry other = EmbeddedRegistry.start(settings, LoopbackPort.choose())) {
      assertEquals(before, answer(other, "GET", "/subjects/kept/versions/latest", null));
      assertEquals(
          "200 {\"compatibilityLevel\":\"FORWARD\"}", answer(other, "GET", "/config/kept", null));
    }
  }

  private static String schema(String schema) {
    return "{\"schema\":" + quoted(schema) + "}";
  }

  private static String quoted(String text) {
    return new ObjectMapper().valueToTree(text).toString();
  }

  private static void assertCode(int status, int code, String method, String path, String body)
      throws Exception {
    String answer = answer(method, path, body);
    assertTrue(
        answer.startsWith(status + " {\"error_code\":" + code + ",\"message\":\""),
        () -> method + " " + path + ": " + answer);
  }

  private static String answer(String method, String path, String body) throws Exception {
    return answer(registry, method, path, body);
  }

  private static String answer(EmbeddedRegistry registry, String method, String path, String body)
      throws Exception {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(registry.url() + path))
                .method(method, publisher)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }
}
