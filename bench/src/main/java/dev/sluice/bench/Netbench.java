package dev.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The small C program that makes the traffic; {@code netbench.c} says what it does. */
final class Netbench {
  /** What one run measured. */
  record Result(long count, long p50Nanos, long p99Nanos, double perSecond) {}

  private Netbench() {}

  /** Compiles it to a temporary file, which the caller deletes. */
  static Path compile() throws IOException {
    return CTool.compile(List.of("netbench.c", "bench.h"), "-pthread");
  }

  /** Starts a server in a network namespace; it ends with this process or when destroyed. */
  static Process serve(Path tool, String netns) throws IOException {
    Process server =
        new ProcessBuilder(tool.toString(), "serve", netns, "1")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    if (!"ready".equals(reader.readLine())) {
      throw new IllegalStateException("no server could be started in " + netns);
    }
    return server;
  }

  static Result run(Path tool, String what, String netns, int cpu, String address, double seconds) {
    return run(List.of(tool.toString(), what, netns, "" + cpu, address, Double.toString(seconds)));
  }

  /**
   * Connects over and over from a process that belongs to a control group, as those of a pod do.
   *
   * @param target {@code ADDRESS:PORT}
   */
  static Result connects(
      Path tool, String netns, Path cgroup, int cpu, String target, double seconds) {
    return run(
        List.of(
            tool.toString(),
            "connect",
            netns,
            "" + cpu,
            target,
            Double.toString(seconds),
            cgroup.toString()));
  }

  private static Result run(List<String> command) {
    String[] fields = Shell.run(command).strip().split(" ");
    return new Result(
        Long.parseLong(fields[0]),
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Double.parseDouble(fields[3]));
  }
}
