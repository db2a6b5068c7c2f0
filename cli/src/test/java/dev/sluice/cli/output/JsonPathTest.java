package dev.sluice.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {
  private static final String ENDPOINTS =
      """
      [{"id":7,"status":{"policy":{"realized":{"policy-revision":42}},"labels":["a","b"]}},
       {"id":9,"status":{"policy":{"realized":{"policy-revision":43}},"labels":[]},"x.y":"dotted"}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{[0].status.policy.realized.policy-revision} | 42",
        "[0].id | 7",
        "{$[1].id} | 9",
        "{[-1].id} | 9",
        "{[*].id} | 7 9",
        "{[0:1].id} | 7",
        "{[1:].id} | 9",
        "{..policy-revision} | 42 43",
        "{[0].status.labels} | [\"a\",\"b\"]",
        "{[0].status.labels[1]} | b",
        "{[1].x\\.y} | dotted",
        "{[1]['x.y']} | dotted",
        "{[?(@.id==9)].status.policy.realized.policy-revision} | 43",
        "{[?(@.id>7)].id} | 9",
        "{[?(@.x\\.y)].id} | 9",
        "{[?(@.x\\.y==\"dotted\")].id} | 9",
        "{[0].none} | ``",
        "rev={[0].id}! | rev=7!",
        "{range [*]}{.id}{\";\"}{end} | 7;9;",
        "{range [*]}{@.id},{end}. | 7,9,.",
      })
  void printsWhatKubectlPrints(String template, String expected) throws Exception {
    JsonNode document = JsonText.MAPPER.readTree(ENDPOINTS);
    assertEquals(expected, JsonPath.parse(template).apply(document));
  }

  @Test
  void quotedLineEnds() throws Exception {
    JsonNode document = JsonText.MAPPER.readTree(ENDPOINTS);
    assertEquals("7\n9\n", JsonPath.parse("{range [*]}{.id}{\"\\n\"}{end}").apply(document));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{[0}",
        "{.a",
        "{range [*]}{.id}",
        "{end}",
        "{[x]}",
        "{\"open}",
        "{[?(@.a==1]}",
        "{.a b}"
      })
  void saysWhatIsWrong(String template) {
    assertThrows(IllegalArgumentException.class, () -> JsonPath.parse(template));
  }
}
