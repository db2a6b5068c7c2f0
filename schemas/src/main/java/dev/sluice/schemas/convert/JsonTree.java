package dev.sluice.schemas.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text to and from the tree that core reads: Map (in the text's order), List, String, Long,
 * Double, Boolean, null. A whole number that no long holds becomes a Double. Trees that come out
 * cannot be changed.
 */
public final class JsonTree {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonTree() {}

  /**
   * Reads one object; the empty text is the empty object.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static Map<String, Object> parse(String text) {
    if (text.isEmpty()) {
      return Map.of();
    }
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      Map<String, Object> object = object(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the JSON object");
      }
      return object;
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }

  /** The text of a tree, without spaces, in the tree's own order. */
  public static String print(Map<String, ?> object) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(text)) {
      write(generator, object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static Map<String, Object> object(JsonParser parser) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      object.put(name, value(parser));
    }
    return Collections.unmodifiableMap(object);
  }

  private static List<Object> array(JsonParser parser) throws IOException {
    List<Object> array = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser));
    }
    return Collections.unmodifiableList(array);
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) parser.getBigIntegerValue().doubleValue()
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("unexpected " + parser.currentToken());
    };
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> object -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
          generator.writeFieldName(entry.getKey().toString());
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case Iterable<?> array -> {
        generator.writeStartArray();
        for (Object item : array) {
          write(generator, item);
        }
        generator.writeEndArray();
      }
      case Boolean flag -> generator.writeBoolean(flag);
      case BigInteger number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Integer number -> generator.writeNumber(number);
      case Number number -> generator.writeNumber(number.doubleValue());
      default -> generator.writeString(value.toString());
    }
  }
}
