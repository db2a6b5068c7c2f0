package dev.sluice.node.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Kernel parameters of one network namespace, below {@code /proc/sys/net}.
 *
 * @param netns path of the namespace; empty: the one this process runs in
 */
public record Sysctls(String netns) {

  /**
   * Writes parameters, in one process. One that this kernel does not have is passed over.
   *
   * @param values {@code ipv4/ip_forward} to {@code 1}
   * @throws LinkFailure when /proc/sys cannot be written
   */
  public void set(Map<String, String> values) {
    String script =
        values.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(Sysctls::line)
            .collect(Collectors.joining("\n", "", "\n"));
    List<String> command = new ArrayList<>();
    if (!netns.isEmpty()) {
      command.addAll(List.of("nsenter", "--net=" + netns, "--"));
    }
    command.addAll(List.of("sh", "-e"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var in = process.getOutputStream()) {
        in.write(script.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new LinkFailure(
            "cannot set kernel parameters: is /proc/sys read-only? " + output.strip());
      }
    } catch (IOException e) {
      throw new LinkFailure("cannot set kernel parameters: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LinkFailure("interrupted while kernel parameters were set", e);
    }
  }

  private static String line(Map.Entry<String, String> value) {
    String file = "/proc/sys/net/" + value.getKey();
    return "if [ -e %s ]; then echo %s > %s; fi".formatted(file, value.getValue(), file);
  }
}
