package dev.sluice.bench;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The small C program that asks names and dials answers; {@code dnsbench.c} says what it does. Its
 * server and its sink end when this is closed.
 */
public final class NameTraffic implements Closeable {
  private final Path tool;
  private final List<Process> running = new ArrayList<>();

  private NameTraffic(Path tool) {
    this.tool = tool;
  }

  /** Compiles it to a temporary file. */
  public static NameTraffic compile() throws IOException {
    return new NameTraffic(
        CTool.compile(List.of("dnsbench.c", "dnsserver.c", "dnsbench.h", "bench.h")));
  }

  /** Starts {@code server} or {@code sink} in a network namespace. */
  public void serve(String what, String netns, String... more) throws IOException {
    Process server =
        new ProcessBuilder(command(what, netns, more))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    running.add(server);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    if (!"ready".equals(reader.readLine())) {
      throw new IllegalStateException("no " + what + " could be started in " + netns);
    }
  }

  /**
   * Makes an outside host the one behind every address that the server gives.
   *
   * @param wire network namespace of the lab's wire
   * @param bridge its device
   * @param host network namespace of the host
   * @param addresses of the host: of each family whose names are asked for one
   */
  public void sink(String wire, String bridge, String host, String... addresses)
      throws IOException {
    for (String via : addresses) {
      boolean v6 = via.indexOf(':') >= 0;
      String family = v6 ? "-6" : "-4";
      String all = v6 ? ADDRESSES6 : ADDRESSES4;
      Shell.run("ip", family, "-n", host, "route", "add", "local", all, "dev", "lo");
      Shell.run("ip", family, "-n", wire, "route", "add", all, "via", via, "dev", bridge, "onlink");
    }
    serve("sink", host);
  }

  private static final String ADDRESSES4 = "198.18.0.0/15";
  private static final String ADDRESSES6 = "2001:2::/48";

  /**
   * Runs a client in a network namespace to its end; the numbers of the last line it prints. What
   * it tells before is for whoever watches.
   */
  public double[] run(String what, String netns, String... more) {
    String text = Shell.run(command(what, netns, more));
    System.err.print(text.substring(0, text.strip().lastIndexOf('\n') + 1));
    return last(text);
  }

  /** Starts a client that goes on until this is closed; its lines go to a file. */
  public void start(Path output, String what, String netns, String... more) throws IOException {
    running.add(
        new ProcessBuilder(command(what, netns, more))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output.toFile())
            .start());
  }

  /** The numbers of the last whole line; none when there is none. */
  public static double[] last(String text) {
    String whole = text.substring(0, text.lastIndexOf('\n') + 1).strip();
    String line = whole.substring(whole.lastIndexOf('\n') + 1);
    return line.isEmpty()
        ? new double[0]
        : Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private List<String> command(String what, String netns, String... more) {
    List<String> command = new ArrayList<>(List.of(tool.toString(), what, netns, "1"));
    command.addAll(List.of(more));
    return command;
  }

  @Override
  public void close() throws IOException {
    running.reversed().forEach(Process::destroy);
    Files.delete(tool);
  }
}
