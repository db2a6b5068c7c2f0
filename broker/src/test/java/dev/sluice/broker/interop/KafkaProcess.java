package dev.sluice.broker.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * Kafka as its own scripts start it: {@code kafka.tools.StorageTool format}, then {@code
 * kafka.Kafka server.properties}, with what it does by default. Nothing of ours is in its process.
 */
public final class KafkaProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final int port;

  private KafkaProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and returns when it answers.
   *
   * @param directory for its configuration, log and data
   */
  public static KafkaProcess start(Path directory, int port, int controllerPort)
      throws IOException, InterruptedException {
    Path properties =
        Files.writeString(
            Files.createDirectories(directory).resolve("server.properties"),
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
            controller.listener.names=CONTROLLER
            log.dirs=%3$s
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            """
                .formatted(port, controllerPort, directory.resolve("data")));
    File log = directory.resolve("kafka.log").toFile();
    String cluster = Uuid.randomUuid().toString();
    Process format =
        java(log, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", properties.toString());
    if (format.waitFor() != 0) {
      throw new IOException("Kafka's storage could not be formatted: see " + log);
    }
    KafkaProcess kafka = new KafkaProcess(java(log, "kafka.Kafka", properties.toString()), port);
    try {
      kafka.awaitAnswer(log);
      return kafka;
    } catch (IOException | RuntimeException e) {
      kafka.process.destroyForcibly();
      throw e;
    }
  }

  private static Process java(File log, String... words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"));
    builder.command().addAll(List.of(words));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  private void awaitAnswer(File log) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (!admin.describeCluster().nodes().get().isEmpty()) {
            return;
          }
        } catch (ExecutionException e) {
          LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
      }
    }
    throw new IOException("Kafka does not answer: see " + log);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
