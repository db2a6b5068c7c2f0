package dev.sluice.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.registry.CompatibilityLevel;
import dev.sluice.schemas.registry.RegistryException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * The Confluent Schema Registry REST API, version 7, as far as Avro clients use it: subjects,
 * versions, ids, lookup, config, compatibility, mode. Knows no HTTP server and no Kafka. Nothing is
 * ever deleted: an id stands before records that are kept for weeks.
 *
 * <p>Form: <a
 * href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Confluent's
 * API reference</a>. For one thread at a time.
 */
final class RegistryApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A request.
   *
   * @param path decoded segments
   * @param query decoded parameters
   */
  record Request(String method, List<String> path, Map<String, String> query, String body) {
    boolean is(String method, String... path) {
      if (!this.method.equals(method) || this.path.size() != path.length) {
        return false;
      }
      for (int i = 0; i < path.length; i++) {
        if (!path[i].equals("*") && !path[i].equals(this.path.get(i))) {
          return false;
        }
      }
      return true;
    }

    String segment(int index) {
      return path.get(index);
    }

    boolean flag(String name) {
      return Boolean.parseBoolean(query.get(name));
    }
  }

  private final SchemaBook book;
  private final Consumer<RegistryRecord> log;

  /**
   * @param log makes a record durable, and only then applies it to {@code book}
   */
  RegistryApi(SchemaBook book, Consumer<RegistryRecord> log) {
    this.book = book;
    this.log = log;
  }

  /**
   * Answers with the JSON of a 200.
   *
   * @throws RegistryException otherwise, with status, Confluent's code and a sentence
   */
  JsonNode answer(Request request) {
    String first = request.path().isEmpty() ? "" : request.segment(0);
    return switch (first) {
      case "" -> JSON.createObjectNode();
      case "subjects" -> subjects(request);
      case "schemas" -> schemas(request);
      case "config" -> config(request);
      case "compatibility" -> compatibility(request);
      case "mode" -> JSON.createObjectNode().put("mode", "READWRITE");
      default -> throw notFound();
    };
  }

  private JsonNode subjects(Request request) {
    if (request.is("GET", "subjects")) {
      String prefix = request.query().getOrDefault("subjectPrefix", "");
      return array(book.subjects().stream().filter(s -> s.startsWith(prefix)).toList());
    }
    if (request.is("POST", "subjects", "*")) {
      return lookup(request.segment(1), schemaOf(request));
    }
    if (request.is("POST", "subjects", "*", "versions")) {
      SchemaBook.Registration done = book.register(request.segment(1), schemaOf(request));
      done.record().ifPresent(log);
      return JSON.createObjectNode().put("id", done.id());
    }
    if (request.is("GET", "subjects", "*", "versions")) {
      return array(
          book.versions(request.segment(1)).stream().map(SchemaBook.Version::version).toList());
    }
    if (request.is("GET", "subjects", "*", "versions", "*")) {
      return versionNode(book.version(request.segment(1), request.segment(3)));
    }
    if (request.is("GET", "subjects", "*", "versions", "*", "schema")) {
      return tree(book.version(request.segment(1), request.segment(3)).text());
    }
    throw refused(request);
  }

  private JsonNode lookup(String subject, Schema schema) {
    book.versions(subject);
    return versionNode(
        book.find(subject, schema)
            .orElseThrow(
                () -> new RegistryException(404, SchemaBook.NO_SCHEMA, "Schema not found")));
  }

  private JsonNode schemas(Request request) {
    if (request.is("GET", "schemas", "types")) {
      return array(List.of("AVRO"));
    }
    if (request.is("GET", "schemas", "ids", "*")) {
      return JSON.createObjectNode().put("schema", book.text(id(request)));
    }
    if (request.is("GET", "schemas", "ids", "*", "schema")) {
      return tree(book.text(id(request)));
    }
    if (request.is("GET", "schemas", "ids", "*", "subjects")) {
      return array(
          book.uses(id(request)).stream().map(SchemaBook.Version::subject).distinct().toList());
    }
    if (request.is("GET", "schemas", "ids", "*", "versions")) {
      ArrayNode versions = JSON.createArrayNode();
      book.uses(id(request))
          .forEach(
              use ->
                  versions.addObject().put("subject", use.subject()).put("version", use.version()));
      return versions;
    }
    throw refused(request);
  }

  private JsonNode config(Request request) {
    Optional<String> subject =
        request.path().size() == 2 ? Optional.of(request.segment(1)) : Optional.empty();
    if (request.path().size() > 2) {
      throw notFound();
    }
    return switch (request.method()) {
      case "GET" ->
          JSON.createObjectNode()
              .put("compatibilityLevel", level(subject, request.flag("defaultToGlobal")).name());
      case "PUT" -> {
        CompatibilityLevel level = levelOf(request);
        log.accept(new RegistryRecord.LevelSet(subject, Optional.of(level)));
        yield JSON.createObjectNode().put("compatibility", level.name());
      }
      case "DELETE" -> {
        CompatibilityLevel before = level(subject, false);
        log.accept(new RegistryRecord.LevelSet(subject, Optional.empty()));
        yield JSON.createObjectNode().put("compatibilityLevel", before.name());
      }
      default -> throw refused(request);
    };
  }

  private CompatibilityLevel level(Optional<String> subject, boolean defaultToGlobal) {
    if (subject.isEmpty()) {
      return book.globalLevel();
    }
    Optional<CompatibilityLevel> own = book.ownLevel(subject.get());
    if (own.isEmpty() && !defaultToGlobal) {
      throw new RegistryException(
          404,
          SchemaBook.NO_LEVEL,
          "Subject '%s' does not have subject-level compatibility configured"
              .formatted(subject.get()));
    }
    return own.orElse(book.globalLevel());
  }

  private JsonNode compatibility(Request request) {
    boolean one = request.is("POST", "compatibility", "subjects", "*", "versions", "*");
    if (!one && !request.is("POST", "compatibility", "subjects", "*", "versions")) {
      throw refused(request);
    }
    String subject = request.segment(2);
    Schema schema = schemaOf(request);
    Optional<SchemaBook.Version> only =
        one ? Optional.of(book.version(subject, request.segment(4))) : Optional.empty();
    List<String> violations = book.violations(subject, only, schema);
    ObjectNode answer = JSON.createObjectNode().put("is_compatible", violations.isEmpty());
    if (request.flag("verbose")) {
      answer.set("messages", array(violations));
    }
    return answer;
  }

  private static JsonNode versionNode(SchemaBook.Version version) {
    return JSON.createObjectNode()
        .put("subject", version.subject())
        .put("version", version.version())
        .put("id", version.id())
        .put("schema", version.text());
  }

  private static Schema schemaOf(Request request) {
    JsonNode body = tree(request.body());
    String type = body.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw new RegistryException(
          422, SchemaBook.BAD_SCHEMA, "Invalid schema type " + type + ": only AVRO is kept here");
    }
    if (!body.path("references").isEmpty()) {
      throw new RegistryException(
          422, SchemaBook.BAD_SCHEMA, "Invalid schema: references are not supported here");
    }
    if (!body.path("schema").isTextual()) {
      throw new RegistryException(422, SchemaBook.BAD_SCHEMA, "Empty schema");
    }
    return SchemaBook.parse(body.path("schema").asText());
  }

  private static CompatibilityLevel levelOf(Request request) {
    String name = tree(request.body()).path("compatibility").asText();
    return Arrays.stream(CompatibilityLevel.values())
        .filter(level -> level.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new RegistryException(
                    422,
                    42203,
                    "Invalid compatibility level '%s'. Valid values are %s"
                        .formatted(name, Arrays.toString(CompatibilityLevel.values()))));
  }

  private static int id(Request request) {
    String text = request.segment(2);
    if (!text.matches("\\d{1,9}")) {
      throw notFound();
    }
    return Integer.parseInt(text);
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new RegistryException(400, 400, "Not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonNode array(List<?> values) {
    return JSON.valueToTree(values);
  }

  private static RegistryException refused(Request request) {
    return request.method().equals("GET") || request.method().equals("POST")
        ? notFound()
        : new RegistryException(
            405, 405, "HTTP 405 Method Not Allowed: schemas and subjects are kept forever here");
  }

  private static RegistryException notFound() {
    return new RegistryException(404, 404, "HTTP 404 Not Found");
  }
}
