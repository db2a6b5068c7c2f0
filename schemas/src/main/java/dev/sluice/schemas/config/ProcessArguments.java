package dev.sluice.schemas.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments that every process takes: {@code --config FILE} and any number of {@code --set
 * key=value}, also written {@code --config=FILE} and {@code --set=key=value}.
 *
 * @param config the properties file, if one was named
 * @param overrides {@code key=value} each, in order
 */
public record ProcessArguments(Optional<Path> config, List<String> overrides) {

  /**
   * @throws SettingsException on any other argument
   */
  public static ProcessArguments parse(String... arguments) {
    Optional<Path> config = Optional.empty();
    List<String> overrides = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i];
      String value = null;
      int equals = name.indexOf('=');
      if (name.startsWith("--") && equals > 0) {
        value = name.substring(equals + 1);
        name = name.substring(0, equals);
      } else if (i + 1 < arguments.length) {
        value = arguments[++i];
      }
      if (!name.equals("--config") && !name.equals("--set")) {
        throw new SettingsException(
            "unknown argument '%s': expected --config FILE or --set key=value".formatted(name));
      }
      if (value == null) {
        throw new SettingsException(name + " needs a value");
      }
      if (name.equals("--config")) {
        config = Optional.of(Path.of(value));
      } else {
        overrides.add(value);
      }
    }
    return new ProcessArguments(config, List.copyOf(overrides));
  }

  /** The settings these arguments ask for. */
  public Settings settings() {
    return config.map(Settings::load).orElseGet(Settings::defaults).with(overrides);
  }
}
