package dev.sluice.broker;

import dev.sluice.schemas.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** {@link BrokerMain} as a process of its own, as the lab runs it. */
public final class BrokerProcess implements AutoCloseable {
  private final Process process;
  private final Path directory;

  private BrokerProcess(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /** Starts it and returns when it has said that it is ready. */
  public static BrokerProcess start(Path directory, String... more) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            "--set",
            "broker.data.dir=" + directory);
    for (String setting : more) {
      builder.command().add("--set=" + setting);
    }
    Process process = builder.redirectError(Redirect.INHERIT).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals("READY broker")) {
        return new BrokerProcess(process, directory);
      }
    }
    throw new IOException("the broker ended before it was ready");
  }

  /** Defaults, pointing at it. */
  public Settings settings() throws IOException {
    return BrokerAddresses.read(directory).orElseThrow().in(Settings.defaults());
  }

  /** {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; returns the exit status. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the broker did not stop within 30 s");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
