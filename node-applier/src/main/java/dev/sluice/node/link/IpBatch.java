package dev.sluice.node.link;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs lines of {@code ip -batch} in a network namespace, in one process a call. {@code nsenter} is
 * used and not {@code ip netns exec}, which would remount /sys. Any thread may call it.
 *
 * @param netns path of the namespace; empty: the one this process runs in
 */
public record IpBatch(String netns) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TIMEOUT_SECONDS = 20;

  /**
   * Runs the lines in order and stops at the first that fails.
   *
   * @throws LinkFailure naming the line that failed
   */
  public void run(List<String> lines) {
    execute(List.of("-batch", "-"), lines);
  }

  /** Runs lines of one family, {@code -4} or {@code -6}, where the words alone do not say which. */
  void run(String family, List<String> lines) {
    execute(List.of(family, "-batch", "-"), lines);
  }

  /** Runs every line, whether or not others fail. */
  public void tryAll(List<String> lines) {
    tryAll("-4", lines);
  }

  void tryAll(String family, List<String> lines) {
    try {
      execute(List.of(family, "-force", "-batch", "-"), lines);
    } catch (LinkFailure expected) {
      // The caller wants things gone or there, and some already were.
    }
  }

  /** All links of the namespace, as {@code ip -j link} prints them. */
  public JsonNode links() {
    String text = execute(List.of("-j", "link", "show"), List.of());
    try {
      return JSON.readTree(text.isBlank() ? "[]" : text);
    } catch (IOException e) {
      throw new LinkFailure("ip -j link printed no JSON: " + text, e);
    }
  }

  private String execute(List<String> arguments, List<String> lines) {
    List<String> command = new ArrayList<>();
    if (!netns.isEmpty()) {
      command.addAll(List.of("nsenter", "--net=" + netns, "--"));
    }
    command.add("ip");
    command.addAll(arguments);
    Path errors = null;
    try {
      errors = Files.createTempFile("slc-ip", ".err");
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      try (var in = process.getOutputStream()) {
        in.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading: its status and its words say why.
      }
      String output = text(process.getInputStream());
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new LinkFailure("ip did not end within " + TIMEOUT_SECONDS + " s: " + lines);
      }
      if (process.exitValue() != 0) {
        throw new LinkFailure(explain(Files.readString(errors).strip(), lines));
      }
      return output;
    } catch (IOException e) {
      throw new LinkFailure("cannot run " + String.join(" ", command) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LinkFailure("interrupted while ip ran", e);
    } finally {
      delete(errors);
    }
  }

  /** {@code Command failed -:3} counts lines of the batch from 1. */
  private static String explain(String errors, List<String> lines) {
    int colon = errors.lastIndexOf("Command failed -:");
    if (colon >= 0) {
      String number = errors.substring(colon + "Command failed -:".length()).strip();
      int line = number.matches("\\d{1,6}") ? Integer.parseInt(number) : 0;
      if (line >= 1 && line <= lines.size()) {
        return "ip " + lines.get(line - 1) + ": " + errors.substring(0, colon).strip();
      }
    }
    return "ip: " + errors;
  }

  private static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new LinkFailure("cannot delete " + file, e);
    }
  }
}
