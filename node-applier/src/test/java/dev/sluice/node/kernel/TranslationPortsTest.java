package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no range of ports, or one of others, is told before anything is set up. */
class TranslationPortsTest {
  private static Translation.Ports of(String text) {
    return Translation.Ports.of(Settings.of("node.nat.ports=" + text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"49152-65535", "1024-29999", "32768-32769"})
  void isReadAsItIsWritten(String text) {
    assertEquals(text, of(text).text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"5-1", "49152", "a-b", "49152-", "80-90", "40000-70000", "$(x)-2"})
  void otherwiseItIsRefused(String text) {
    assertEquals(
        "node.nat.ports is '%s': write two ports from 1024 to 65535, like 49152-65535"
            .formatted(text),
        assertThrows(SettingsException.class, () -> of(text)).getMessage());
  }

  /** A connection to a node port would be taken for an answer to somebody. */
  @Test
  void portsOfTheNodesAreNoneOfThem() {
    assertEquals(
        "node.nat.ports is '20000-40000', and node ports are from 30000 to 32767: write a range"
            + " beside them, like 49152-65535",
        assertThrows(SettingsException.class, () -> of("20000-40000")).getMessage());
  }
}
