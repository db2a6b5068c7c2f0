package dev.sluice.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

class JsonTextTest {
  @Test
  void yamlSaysWhatIsTextAndWhatIsNot() throws Exception {
    JsonNode tree =
        JsonText.MAPPER.readTree(
            "{\"status\": \"False\", \"port\": \"080\", \"is\": false, \"count\": 80, \"share\":"
                + " 0.5, \"nothing\": null, \"none\": \"\", \"app\": \"web\", \"on\": \"yes\"}");
    assertEquals(
        """
        status: 'False'
        port: '080'
        is: false
        count: 80
        share: 0.5
        nothing: null
        none: ''
        app: web
        'on': 'yes'
        """,
        JsonText.yaml(tree));
  }

  /** Ingest reads it so. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "True",
        "false",
        "NO",
        "on",
        "y",
        "null",
        "~",
        "1_000",
        "12:30",
        "0x1F",
        "0o17",
        "1e3",
        ".5",
        ".inf",
        "0b11",
        "- a",
        "a: b",
        "# a",
        "*a",
        "&a",
        "!a",
        "@a",
        "a\nb",
        " a",
        "10.0.0.0/8"
      })
  void textStaysText(String text) {
    Load load = new Load(LoadSettings.builder().setSchema(new CoreSchema()).build());
    assertEquals(
        text, load.loadFromString(JsonText.yaml(JsonText.MAPPER.getNodeFactory().textNode(text))));
  }
}
