package dev.sluice.broker.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Confluent's npm client in a directory of the build, installed once by npm itself. */
final class Npm {
  private static final Path SOURCES = Path.of("src/test/interop");
  private static final Path DIRECTORY = Path.of("target/interop/npm");
  private static final Path INSTALLED =
      DIRECTORY.resolve("node_modules/@confluentinc/schemaregistry/package.json");

  private Npm() {}

  /** Installs what package.json names; skips the test where there is no npm and none is asked. */
  static void install() throws Exception {
    Files.createDirectories(DIRECTORY);
    for (String file : List.of("package.json", "read.js")) {
      Files.copy(
          SOURCES.resolve(file), DIRECTORY.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (Files.exists(INSTALLED)) {
      return;
    }
    if (!"1".equals(System.getenv("SLUICE_REQUIRE_KERNEL"))) {
      assumeTrue(
          there("npm") && there("node"), "no npm here: Confluent's npm client is not tested");
    }
    run(null, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock");
  }

  /** The lines that {@code node read.js} prints for a file of records. */
  static List<String> read(String registryUrl, Path records) throws Exception {
    return run(records, "node", "read.js", registryUrl).lines().toList();
  }

  private static boolean there(String command) {
    try {
      return new ProcessBuilder(command, "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String run(Path input, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(DIRECTORY.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    Process process = builder.start();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(10, TimeUnit.SECONDS);
      assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ":\n" + text);
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
