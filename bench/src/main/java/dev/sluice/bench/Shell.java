package dev.sluice.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of the system and gives what they print. */
final class Shell {
  private static final long LONGEST_MINUTES = 6;

  private Shell() {}

  /**
   * Runs a command and returns its standard output.
   *
   * @throws IllegalStateException when it fails, with what it said
   */
  static String run(List<String> command) {
    return run(command, "");
  }

  /** As {@link #run(List)}, with text on its standard input. */
  static String run(List<String> command, String input) {
    try {
      Path errors = Files.createTempFile("sluice-bench", ".err");
      Path in = Files.createTempFile("sluice-bench", ".in");
      try {
        Files.writeString(in, input);
        Process process =
            new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectError(errors.toFile())
                .start();
        process
            .onExit()
            .orTimeout(LONGEST_MINUTES, TimeUnit.MINUTES)
            .exceptionally(late -> process.destroyForcibly());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        if (process.exitValue() != 0) {
          throw new IllegalStateException(
              String.join(" ", command)
                  + " ended with "
                  + process.exitValue()
                  + ": "
                  + Files.readString(errors).strip()
                  + output.strip());
        }
        return output;
      } finally {
        Files.delete(errors);
        Files.delete(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static String run(String... command) {
    return run(List.of(command));
  }
}
