package dev.sluice.schemas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path directory;

  @Test
  void laterValuesWinAndEmptyOnesGoBack() throws Exception {
    Path file = directory.resolve("sluice.properties");
    Files.writeString(file, "topic.prefix = lab.\nhistory.window=12h\n");
    Settings settings =
        ProcessArguments.parse("--config", file.toString(), "--set", "history.window=5m")
            .settings();
    assertEquals("lab.", settings.text(Setting.TOPIC_PREFIX));
    assertEquals(Duration.ofMinutes(5), settings.duration(Setting.HISTORY_WINDOW));
    assertEquals("sluice.", settings.with(List.of("topic.prefix=")).text(Setting.TOPIC_PREFIX));
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    Settings settings =
        Settings.of("ingest.source=folder:C:\\a b=c", "broker.port=19092", "node.name=n 1");
    Path file = directory.resolve("written.properties");
    Files.writeString(file, settings.toFileText());
    assertEquals(settings, Settings.load(file));
  }

  @Test
  void everyDefaultHasItsForm() {
    for (Setting setting : Setting.values()) {
      if (!setting.defaultValue().isEmpty()) {
        Settings.of(setting.key() + "=" + setting.defaultValue());
      }
      assertEquals(Optional.of(setting), Setting.of(setting.key()));
    }
  }

  @Test
  void mistakesAreNamed() {
    refused("unknown setting 'topic.prefixx': did you mean 'topic.prefix'?", "topic.prefixx=a");
    refused("unknown setting 'foo': docs/configuration.md has them all", "foo=a");
    refused("'topic.prefix' is not of the form key=value", "topic.prefix");
    refused("broker.port", "broker.port=many");
    refused("history.window", "history.window=30 days");
    refused("history.window", "history.window=99999999999999999999d");
    SettingsException missing =
        assertThrows(
            SettingsException.class, () -> Settings.defaults().required(Setting.NODE_NAME));
    assertEquals(
        "setting node.name is needed here (name of this node, as in Kubernetes): set it in the file"
            + " or with --set node.name=…",
        missing.getMessage());
    SettingsException noFile =
        assertThrows(SettingsException.class, () -> Settings.load(directory.resolve("none")));
    assertEquals(
        "there is no settings file " + directory.resolve("none") + ": check --config",
        noFile.getMessage());
    SettingsException tooLarge =
        assertThrows(
            SettingsException.class,
            () -> Settings.of("node.mtu=99999999999").integer(Setting.NODE_MTU));
    assertEquals("setting node.mtu is too large: 99999999999", tooLarge.getMessage());
  }

  @Test
  void argumentsTakeBothForms() {
    ProcessArguments spaced = ProcessArguments.parse("--set", "a=b", "--config", "f");
    ProcessArguments joined = ProcessArguments.parse("--set=a=b", "--config=f");
    assertEquals(spaced, joined);
    assertEquals(List.of("a=b"), spaced.overrides());
    for (String[] wrong : new String[][] {{"--sett", "a=b"}, {"--set"}, {"start"}}) {
      assertThrows(SettingsException.class, () -> ProcessArguments.parse(wrong));
    }
  }

  private static void refused(String expected, String keyValue) {
    SettingsException e = assertThrows(SettingsException.class, () -> Settings.of(keyValue));
    assertEquals(true, e.getMessage().contains(expected), e.getMessage());
  }
}
