package dev.sluice.schemas.config;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings of one process: defaults, then a properties file, then {@code key=value} overrides.
 * Immutable. Values are checked against their type when they are read in; unknown keys are refused.
 */
public final class Settings {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private final Map<Setting, String> values;

  private Settings(Map<Setting, String> values) {
    this.values = values;
  }

  /** Defaults only. */
  public static Settings defaults() {
    return new Settings(new EnumMap<>(Setting.class));
  }

  /**
   * @param keyValues {@code key=value} each
   * @throws SettingsException on an unknown key or a value of the wrong form
   */
  public static Settings of(String... keyValues) {
    return defaults().with(List.of(keyValues));
  }

  /**
   * Reads a properties file.
   *
   * @throws SettingsException on an unknown key, a value of the wrong form, or no such file
   */
  public static Settings load(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new SettingsException("there is no settings file " + file + ": check --config");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read settings file " + file, e);
    }
    Settings settings = defaults();
    for (String key : properties.stringPropertyNames().stream().sorted().toList()) {
      settings = settings.with(key, properties.getProperty(key));
    }
    return settings;
  }

  /** These settings with {@code key=value} overrides, later ones winning. */
  public Settings with(Collection<String> keyValues) {
    Settings settings = this;
    for (String keyValue : keyValues) {
      int equals = keyValue.indexOf('=');
      if (equals < 1) {
        throw new SettingsException("'" + keyValue + "' is not of the form key=value");
      }
      settings = settings.with(keyValue.substring(0, equals), keyValue.substring(equals + 1));
    }
    return settings;
  }

  /** These settings with one other value; the empty text goes back to the default. */
  public Settings with(Setting setting, Object value) {
    String text = value.toString().strip();
    Map<Setting, String> copy = new EnumMap<>(Setting.class);
    copy.putAll(values);
    if (text.isEmpty()) {
      copy.remove(setting);
    } else {
      check(setting, text);
      copy.put(setting, text);
    }
    return new Settings(copy);
  }

  private Settings with(String key, String value) {
    Setting setting =
        Setting.of(key.strip())
            .orElseThrow(
                () ->
                    new SettingsException(
                        "unknown setting '%s': %s"
                            .formatted(
                                key.strip(),
                                Setting.nearest(key.strip())
                                    .map(near -> "did you mean '" + near + "'?")
                                    .orElse("docs/configuration.md has them all"))));
    return with(setting, value);
  }

  private static void check(Setting setting, String text) {
    boolean fits =
        switch (setting.type()) {
          case TEXT, PATH -> true;
          case NUMBER -> text.matches("\\d{1,18}");
          case DURATION -> DURATION.matcher(text).matches();
        };
    if (!fits) {
      throw new SettingsException(
          "setting %s is '%s', expected a %s"
              .formatted(setting.key(), text, setting.type().text()));
    }
  }

  /** The value, or the default; may be empty. */
  public String text(Setting setting) {
    return values.getOrDefault(setting, setting.defaultValue());
  }

  /** The value, or empty when neither set nor defaulted. */
  public Optional<String> optional(Setting setting) {
    return Optional.of(text(setting)).filter(text -> !text.isEmpty());
  }

  /**
   * The value of a setting that this process cannot do without.
   *
   * @throws SettingsException when it is not set
   */
  public String required(Setting setting) {
    return optional(setting)
        .orElseThrow(
            () ->
                new SettingsException(
                    "setting %s is needed here (%s): set it in the file or with --set %s=…"
                        .formatted(setting.key(), setting.doc(), setting.key())));
  }

  public long number(Setting setting) {
    return Long.parseLong(required(setting));
  }

  /**
   * @throws SettingsException when the number is larger than an int holds
   */
  public int integer(Setting setting) {
    long number = number(setting);
    if (number > Integer.MAX_VALUE) {
      throw new SettingsException("setting " + setting.key() + " is too large: " + number);
    }
    return (int) number;
  }

  public Path path(Setting setting) {
    return Path.of(required(setting));
  }

  public Duration duration(Setting setting) {
    Matcher matcher = DURATION.matcher(required(setting));
    if (!matcher.matches()) {
      throw new SettingsException("setting " + setting.key() + " is not a duration");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** Lines of a properties file that {@link #load} reads back: only what differs from defaults. */
  public String toFileText() {
    return Arrays.stream(Setting.values())
        .filter(values::containsKey)
        .map(setting -> setting.key() + "=" + values.get(setting).replace("\\", "\\\\") + "\n")
        .collect(Collectors.joining());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Settings settings && values.equals(settings.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
