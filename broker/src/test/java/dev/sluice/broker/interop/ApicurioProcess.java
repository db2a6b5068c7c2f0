package dev.sluice.broker.interop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Apicurio's registry as a process, in memory, on loopback; the build of module broker unpacked it.
 */
public final class ApicurioProcess implements AutoCloseable {
  private static final Path HOME = Path.of("../broker/target/interop/apicurio");
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final String url;

  private ApicurioProcess(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** Starts it and returns when it answers. */
  public static ApicurioProcess start(int port, int managementPort, Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            "quarkus-run.jar");
    builder
        .environment()
        .putAll(
            Map.of(
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "QUARKUS_HTTP_PORT",
                Integer.toString(port),
                "QUARKUS_MANAGEMENT_HOST",
                "127.0.0.1",
                "QUARKUS_MANAGEMENT_PORT",
                Integer.toString(managementPort)));
    Process process =
        builder
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    ApicurioProcess apicurio =
        new ApicurioProcess(process, "http://127.0.0.1:" + port + "/apis/ccompat/v7");
    try {
      apicurio.awaitAnswer(log);
      return apicurio;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The base address of its Confluent-compatible API. */
  public String url() {
    return url;
  }

  private void awaitAnswer(Path log) throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/subjects")).build();
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted while Apicurio starts", e);
        } catch (IOException e) {
          // Not there yet.
        }
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    }
    throw new IOException("Apicurio does not answer: see " + log);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
