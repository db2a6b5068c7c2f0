package dev.sluice.schemas.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.CanonicalTree;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes straight from the text are those of the tree that {@link JsonTree} reads. */
class CanonicalJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " { \"a\" : [ ] , \"b\" : { } } \n",
        "{\"b\":1,\"a\":-2,\"c\":[true,false,\"x\",0]}",
        "{\"z\":{\"y\":[{\"b\":\"2\",\"a\":\"1\"}]},\"a\":123456789012345678}",
        "{\"app\":\"1\",\"app2\":\"2\",\"ap\":\"3\",\"b\":\"4\"}",
        "{\"text\":\"quote \\\" slash \\\\ \\/ line \\n tab \\t \\r\\b\\f end\"}",
        "{\"\\n\":1,\"a\\tb\":2,\"\\t\":3}",
        "{\"text\":\"grün € \uD83D\uDE00\"}"
      })
  void plainTextsNeedNoTree(String text) {
    assertArrayEquals(
        CanonicalTree.encode(JsonTree.parse(text)), CanonicalJson.of(text).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "1",
        "{\"a\":null}",
        "{\"a\":[null]}",
        "{\"a\":1,\"a\":2}",
        "{\"b\":1,\"a\":1,\"b\":2}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":1234567890123456789}",
        "{\"a\":\"\\u0041\"}",
        "{\"ü\":1}"
      })
  void rarerOnesAreLeftToTheTree(String text) {
    assertEquals(Optional.empty(), CanonicalJson.of(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":tru}",
        "{\"a\":\"x}",
        "{\"a\":\"x\\",
        "{\"a\":\"tab\there\"}",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{a:1}",
        "{} {}"
      })
  void whatIsNoJsonIsNobodys(String text) {
    assertEquals(Optional.empty(), CanonicalJson.of(text));
    assertThrows(IllegalArgumentException.class, () -> JsonTree.parse(text));
  }

  @Test
  void damagedTextsAreReadAsTheTreeIsOrLeftToIt() {
    String text =
        "{\"metadata\":{\"labels\":{\"app\":\"a\\\"b\",\"z\":\"\"},\"uid\":\"7\"},"
            + "\"spec\":{\"ports\":[{\"port\":80},{\"port\":-1}],\"on\":true,\"list\":[]}}";
    Random random = new Random(20_260_115);
    String alphabet = "{}[]\",:\\ntrue-019.e\u0001ü ";
    int plain = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder changed = new StringBuilder(text);
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        int at = random.nextInt(changed.length());
        char letter = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> changed.setCharAt(at, letter);
          case 1 -> changed.insert(at, letter);
          default -> changed.deleteCharAt(at);
        }
      }
      Optional<byte[]> bytes = CanonicalJson.of(changed.toString());
      if (bytes.isPresent()) {
        plain++;
        assertArrayEquals(
            CanonicalTree.encode(JsonTree.parse(changed.toString())),
            bytes.get(),
            changed.toString());
      }
    }
    assertTrue(plain > 1_000, plain + " were plain");
  }

  @Test
  void largeOnesGrow() {
    String item = "{\"n\":1,\"m\":[],\"é\":2}".replace("é", "e");
    String text = "{\"items\":[" + (item + ",").repeat(5_000) + item + "]}";
    byte[] bytes = CanonicalJson.of(text).orElseThrow();
    assertArrayEquals(CanonicalTree.encode(JsonTree.parse(text)), bytes);
    assertTrue(bytes.length > text.getBytes(StandardCharsets.UTF_8).length);
  }
}
