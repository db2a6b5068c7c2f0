package dev.sluice.flows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowSinkMainTest {
  @Test
  void servesOnThisMachineAloneUnlessToldOtherwise() {
    assertTrue(FlowSinkMain.listen(Settings.defaults()).getAddress().isLoopbackAddress());
    assertEquals(9965, FlowSinkMain.listen(Settings.of("sink.listen=[::1]:9965")).getPort());
  }

  @ParameterizedTest
  @ValueSource(strings = {"4245", ":4245", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http"})
  void saysWhatToWriteWhereThatIsNoPlace(String text) {
    SettingsException refusal =
        assertThrows(
            SettingsException.class, () -> FlowSinkMain.listen(Settings.of("sink.listen=" + text)));
    assertEquals(
        "setting sink.listen is '" + text + "': write host:port, as in 127.0.0.1:4245",
        refusal.getMessage());
  }
}
