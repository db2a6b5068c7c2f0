package dev.sluice.schemas.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.Projection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes of a shape that was learned is what comes of the tree of the text. */
class JsonShapesTest {
  private static final Projection READ =
      Projection.of(
          List.of("a", "b"), List.of("a", "cc", "d"), List.of("cc"), List.of("names", "a", "b"));
  private static final List<String> NAMES =
      List.of("a", "b", "cc", "d", "longer-than-eight", "names");
  private static final List<String> TEXTS =
      List.of("", "x", "12345678", "somewhat longer than that", "true", "{}", "/");

  private final JsonShapes shapes = new JsonShapes(READ);

  /** An object whose fields are sorted; how long its texts are stays open. */
  private static String object(Random random, int depth) {
    StringBuilder text = new StringBuilder("{");
    for (String name : NAMES) {
      if (random.nextInt(3) > 0) {
        text.append(text.length() > 1 ? "," : "").append('"').append(name).append("\":");
        text.append(value(random, depth));
      }
    }
    return text.append("}").toString();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 2 ? 3 : 6)) {
      case 0 -> random.nextBoolean() ? "true" : "false";
      case 1 -> Long.toString(random.nextLong() / (1L << 8 * random.nextInt(8) + 4));
      case 2 -> '"' + TEXTS.get(random.nextInt(TEXTS.size())) + '"';
      case 3 -> object(random, depth + 1);
      case 4 -> "[" + value(random, depth + 1) + ", " + value(random, depth + 1) + "]";
      default -> random.nextBoolean() ? "[]" : "{ }";
    };
  }

  private boolean read(byte[] text) {
    return shapes.read(text, 0, text.length);
  }

  private void compare(byte[] text) {
    Map<String, Object> tree = JsonTree.parse(new String(text, StandardCharsets.UTF_8));
    assertArrayEquals(CanonicalTree.encode(tree), shapes.canonical());
    assertArrayEquals(READ.of(tree), shapes.read());
    assertTrue(shapes.hasRead(READ.of(tree)));
    assertFalse(shapes.hasRead(new byte[0]));
  }

  @Test
  void everyTextThatWasLearnedIsReadFromThenOn() {
    Random random = new Random(20_260_301);
    for (int i = 0; i < 3_000; i++) {
      byte[] text = object(random, 0).getBytes(StandardCharsets.UTF_8);
      shapes.learn(text, 0, text.length);
      assertTrue(read(text));
      compare(text);
    }
  }

  @Test
  void textsThatDifferInTheirValuesAloneAreOfOneShape() {
    byte[] learned = text("{'a':{'b':'x','n':[{'k':1,'v':true}]},'cc':'y'}");
    shapes.learn(learned, 0, learned.length);
    for (String same :
        List.of(
            "{'a':{'b':'','n':[{'k':-20,'v':false}]},'cc':'y'}",
            "{'a':{'b':'longer than eight"
                + " bytes','n':[{'k':123456789012345678,'v':true}]},'cc':''}")) {
      assertTrue(read(text(same)), same);
      compare(text(same));
    }
    for (String other :
        List.of(
            "{'a':{'b':'x','n':[{'k':1,'v':true}]},'cc':'y' }",
            "{'a':{'b':'x','n':[{'k':01,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':1.5,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':1234567890123456789,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':-,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':1,'v':truE}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':1,'v':null}]},'cc':'y'}",
            "{'a':{'b':'x\\n','n':[{'k':1,'v':true}]},'cc':'y'}",
            "{'a':{'b':'grün','n':[{'k':1,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x\t','n':[{'k':1,'v':true}]},'cc':'y'}",
            "{'a':{'b':'x','n':[{'k':1,'v':true}]},'cc':'y",
            "{'a':{'b':'x','n':[{'k':1,'v':tr",
            "{'a':{'b':'x','n':[{'k':",
            "{'a':{'b':'x'",
            "")) {
      assertFalse(read(text(other)), other);
    }
  }

  @Test
  void damagedTextsAreRefusedOrReadAsTheTreeIs() {
    Random random = new Random(20_260_302);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] text = object(random, 0).getBytes(StandardCharsets.UTF_8);
      shapes.learn(text, 0, text.length);
      for (int edits = 1 + random.nextInt(2); edits > 0; edits--) {
        text[random.nextInt(text.length)] = (byte) (random.nextInt(4) == 0 ? -30 : 32 + i % 95);
      }
      if (read(text)) {
        compare(text);
        read++;
      }
    }
    assertTrue(read > 200, read + " could be read");
  }

  @Test
  void whatIsNotSortedIsNotLearned() {
    byte[] text = text("{'b':1,'a':2}");
    shapes.learn(text, 0, text.length);
    assertFalse(read(text));
  }

  @Test
  void aTextInAnArrayEndsWhereItEnds() {
    byte[] text = text("{'a':'x'}");
    shapes.learn(text, 0, text.length);
    byte[] among = text("{{'a':'x'}}");
    assertTrue(shapes.read(among, 1, among.length - 1));
    shapes.beside(text("somebody"), 0, 8);
    assertArrayEquals(READ.of(Map.of("a", "x"), List.of("somebody")), shapes.read());
  }

  @Test
  void moreThanIsKeptIsLearnedAnew() {
    for (int i = 0; i < 200; i++) {
      byte[] text = text("{'" + "x".repeat(60_000) + i + "':'y'}");
      shapes.learn(text, 0, text.length);
      assertTrue(read(text));
      assertEquals(
          "y", ((Map<?, ?>) CanonicalTree.decode(shapes.canonical())).values().iterator().next());
    }
  }

  private static byte[] text(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
