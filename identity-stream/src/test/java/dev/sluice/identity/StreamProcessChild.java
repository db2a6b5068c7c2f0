package dev.sluice.identity;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** identity-stream as a process of its own, so that it can be paused and killed. */
final class StreamProcessChild implements AutoCloseable {
  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);

  private StreamProcessChild(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::followOutput);
  }

  static StreamProcessChild start(Settings kafka, Path directory) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                IdentityStreamMain.class.getName(),
                "--set",
                set(kafka, Setting.KAFKA_BOOTSTRAP_SERVERS),
                "--set",
                set(kafka, Setting.SCHEMA_REGISTRY_URL),
                "--set",
                Setting.STATE_DIR.key() + "=" + directory,
                "--set",
                Setting.STREAM_SESSION_TIMEOUT.key() + "=6s"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return new StreamProcessChild(builder.start());
  }

  private static String set(Settings settings, Setting setting) {
    return setting.key() + "=" + settings.text(setting);
  }

  private void followOutput() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("READY")) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      ready.countDown(); // it was killed
    }
  }

  void awaitReady() throws InterruptedException {
    if (!ready.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("identity-stream is not ready after 60 s");
    }
  }

  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** As kill -9 does. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
