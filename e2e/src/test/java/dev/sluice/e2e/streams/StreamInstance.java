package dev.sluice.e2e.streams;

import dev.sluice.lab.Waiting;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One instance of a stream: a process that may be killed, paused and started again. */
final class StreamInstance implements AutoCloseable {
  static final String IDENTITY = "dev.sluice.identity.IdentityStreamMain";
  static final String POLICY = "dev.sluice.policystream.PolicyStreamMain";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String mainClass;
  private final Path config;
  private final Path log;
  private Process process;

  /**
   * @param directory for its state, settings and log: its own
   */
  StreamInstance(String mainClass, Settings settings, Path directory) throws IOException {
    this.mainClass = mainClass;
    Files.createDirectories(directory);
    this.log = directory.resolve("log");
    this.config =
        Files.writeString(
            directory.resolve("settings"),
            settings.with(Setting.STATE_DIR, directory.resolve("state")).toFileText());
  }

  /** Starts it; it need not be ready. */
  StreamInstance start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass,
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return this;
  }

  /** Waits until it has said that it is ready for the count-th time in all. */
  StreamInstance awaitReady(int count) throws IOException {
    boolean ready =
        Waiting.until(
            PATIENCE,
            () -> log().lines().filter(line -> line.startsWith("READY ")).count() >= count);
    if (!ready) {
      throw new AssertionError("not ready: " + log());
    }
    return this;
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder(List.of("kill", signal, Long.toString(process.pid()))).start().waitFor();
  }

  /** Waits for it to end by itself; returns its exit status. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + log());
    }
    return process.exitValue();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
  }
}
