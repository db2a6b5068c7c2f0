package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands of the system to their end. Thread-safe; nothing is kept. */
final class Shell {
  /**
   * How a command ended.
   *
   * @param output what it wrote on stdout and stderr, stripped
   */
  record Result(int status, String output) {}

  private Shell() {}

  static Result run(List<String> command) {
    return run("", command);
  }

  /** Runs a command with a text on its stdin. */
  static Result run(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading; its output says why.
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabFailure("interrupted while running " + String.join(" ", command), e);
    }
  }

  /**
   * As {@link #run(String, List)}, of a command that must succeed.
   *
   * @throws LabFailure with what it said
   */
  static String check(String input, List<String> command) {
    Result result = run(input, command);
    if (result.status() != 0) {
      throw new LabFailure(
          "'%s' failed (%d): %s"
              .formatted(String.join(" ", command), result.status(), result.output()));
    }
    return result.output();
  }

  static String check(String... command) {
    return check("", List.of(command));
  }

  /** Runs {@code ip} lines in a network namespace in one process; the first failure ends them. */
  static void ip(String netns, List<String> lines) {
    if (!lines.isEmpty()) {
      check(String.join("\n", lines) + "\n", List.of("ip", "-n", netns, "-batch", "-"));
    }
  }
}
