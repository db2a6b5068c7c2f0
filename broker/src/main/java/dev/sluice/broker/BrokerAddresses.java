package dev.sluice.broker;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the broker and its registry listen, and the file that says so: {@code broker.properties} in
 * the data directory, in the form of a settings file, so that a client may load it as it is.
 *
 * @param broker TCP port on 127.0.0.1
 * @param registry TCP port on 127.0.0.1
 */
public record BrokerAddresses(int broker, int registry) {
  private static final String FILE = "broker.properties";

  /** The ports that the settings give, else those of the last time, else free ones. */
  static BrokerAddresses choose(Settings settings) throws IOException {
    Optional<BrokerAddresses> before = read(settings.path(Setting.BROKER_DATA_DIR));
    return new BrokerAddresses(
        choose(settings, Setting.BROKER_PORT, before.map(BrokerAddresses::broker)),
        choose(settings, Setting.REGISTRY_PORT, before.map(BrokerAddresses::registry)));
  }

  private static int choose(Settings settings, Setting setting, Optional<Integer> before) {
    int given = settings.integer(setting);
    int port = given > 0 ? given : before.orElseGet(LoopbackPort::choose);
    if (!LoopbackPort.free(port)) {
      // Another port would leave every client that knows this one talking to a stranger.
      throw new SettingsException(
          "port %d on 127.0.0.1 is taken: stop what listens there, or set %s to another"
              .formatted(port, setting.key()));
    }
    return port;
  }

  /** What the last start wrote into the data directory; empty before the first. */
  public static Optional<BrokerAddresses> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Settings settings = Settings.load(file);
    return Optional.of(
        new BrokerAddresses(
            URI.create("kafka://" + settings.required(Setting.KAFKA_BOOTSTRAP_SERVERS)).getPort(),
            URI.create(settings.required(Setting.SCHEMA_REGISTRY_URL)).getPort()));
  }

  /** Writes the file; a reader sees all of it or the one before. */
  void write(Path directory) throws IOException {
    Path part = directory.resolve(FILE + ".part");
    Files.writeString(part, in(Settings.defaults()).toFileText());
    Files.move(
        part,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** The settings, pointing here. */
  public Settings in(Settings settings) {
    return settings
        .with(Setting.KAFKA_BOOTSTRAP_SERVERS, "127.0.0.1:" + broker)
        .with(Setting.SCHEMA_REGISTRY_URL, "http://127.0.0.1:" + registry);
  }
}
