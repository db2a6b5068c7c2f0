package dev.sluice.cli.demo;

import dev.sluice.lab.LabHandle;
import dev.sluice.lab.Sandbox;
import dev.sluice.lab.Targets;
import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * What the walk can do: type commands of {@code sluice}, and try connections from pods. Everything
 * is printed as it would stand on a terminal. One thread.
 */
final class Stage {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int CONNECT_SECONDS = 2;

  /** What a command printed and how it ended. */
  record Seen(int status, String text) {
    List<String> linesWith(String... parts) {
      return text.lines()
          .filter(line -> java.util.Arrays.stream(parts).allMatch(line::contains))
          .toList();
    }
  }

  private final Supplier<CommandLine> commands;
  private final Path data;
  private final Path manifests;
  private final PrintWriter out;

  Stage(Supplier<CommandLine> commands, Path data, Path manifests, PrintWriter out) {
    this.commands = commands;
    this.data = data;
    this.manifests = manifests;
    this.out = out;
  }

  void title(int number, String text) {
    out.println();
    out.println("== " + number + ". " + text);
    out.flush();
  }

  void say(String text) {
    out.println("   " + text);
    out.flush();
  }

  /** Runs {@code sluice …} silently. */
  Seen ask(String... words) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data.toString()));
    int status = commands.get().setOut(writer).setErr(writer).execute(all.toArray(String[]::new));
    writer.flush();
    return new Seen(status, text.toString());
  }

  /** Runs {@code sluice …} and prints the command and all it said. */
  Seen show(String... words) {
    out.println("   $ ./sluice " + String.join(" ", words));
    Seen seen = ask(words);
    seen.text().lines().forEach(line -> out.println("     " + line));
    out.flush();
    return seen;
  }

  String file(String name) {
    return manifests.resolve(name).toString();
  }

  /** Applies a file of the demo, which must be accepted. */
  Seen apply(String file) {
    Seen seen = show("lab", "apply", "-f", file(file));
    if (seen.status() != 0) {
      throw new StepFailed("'lab apply' ended with " + seen.status());
    }
    return seen;
  }

  /** Asks until the answer has what is looked for, prints those lines, and returns the answer. */
  Seen await(String looked, Predicate<Seen> found, List<String> shown, String... words) {
    out.println("   $ ./sluice " + String.join(" ", words));
    Seen[] last = new Seen[1];
    boolean held =
        Waiting.until(
            PATIENCE,
            () -> {
              last[0] = ask(words);
              return found.test(last[0]);
            });
    last[0]
        .text()
        .lines()
        .filter(line -> !held || shown.isEmpty() || shown.stream().anyMatch(line::contains))
        .forEach(line -> out.println("     " + line));
    out.flush();
    if (!held) {
      throw new StepFailed("expected " + looked);
    }
    return last[0];
  }

  /** A pod's first address of a family, from the supervisor's own list. */
  String address(String pod, boolean v6) {
    String wanted = "{range .pods[*]}{.namespace}/{.name} {.ips[0]} {.ips[1]}{\"\\n\"}{end}";
    Seen seen = ask("lab", "status", "-o", "jsonpath=" + wanted);
    return seen.text()
        .lines()
        .map(line -> line.split(" "))
        .filter(parts -> parts[0].equals(pod))
        .flatMap(java.util.Arrays::stream)
        .skip(1)
        .filter(ip -> ip.contains(":") == v6)
        .findFirst()
        .orElseThrow(() -> new StepFailed("the lab does not know the address of " + pod));
  }

  /** A connection in both families that must get an answer. */
  void mustReach(String from, String to, int port) {
    for (boolean v6 : new boolean[] {false, true}) {
      mustReach(from, to, address(to, v6), port);
    }
  }

  /**
   * A connection that must get an answer.
   *
   * @param to what is at the address, for people
   */
  void mustReach(String from, String to, String address, int port) {
    boolean reached = Waiting.until(PATIENCE, () -> connects(from, address, port));
    say("%s -> %s (%s port %d): %s".formatted(from, to, address, port, answer(reached)));
    if (!reached) {
      throw new StepFailed(from + " should reach " + to);
    }
  }

  /** A connection in both families that must get none. */
  void mustNotReach(String from, String to, int port) {
    for (boolean v6 : new boolean[] {false, true}) {
      String address = address(to, v6);
      boolean reached = connects(from, address, port);
      say("%s -> %s (%s port %d): %s".formatted(from, to, address, port, answer(reached)));
      if (reached) {
        throw new StepFailed(from + " should not reach " + to);
      }
    }
  }

  /** Runs a shell line in a pod, prints it and what it said, and returns that. */
  Seen run(String pod, String line) {
    out.println("   $ ./sluice lab exec " + pod + " -- sh -c '" + line + "'");
    Sandbox sandbox = sandbox(pod);
    try {
      Process process =
          new ProcessBuilder(sandbox.command(List.of("sh", "-c", line)))
              .redirectErrorStream(true)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      text.lines().forEach(each -> out.println("     " + each));
      out.flush();
      return new Seen(process.waitFor(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepFailed("interrupted");
    }
  }

  private Sandbox sandbox(String from) {
    String target = from.startsWith("outside/") ? from : "pod/" + from;
    return Targets.find(LabHandle.open(data).files(), target)
        .orElseThrow(() -> new StepFailed("the lab has no " + from));
  }

  private static String answer(boolean reached) {
    return reached ? "answered" : "no answer (dropped)";
  }

  private boolean connects(String from, String address, int port) {
    Sandbox sandbox = sandbox(from);
    String script = "exec 3<>/dev/tcp/" + address + "/" + port;
    try {
      Process process =
          new ProcessBuilder(
                  sandbox.command(List.of("timeout", "" + CONNECT_SECONDS, "bash", "-c", script)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepFailed("interrupted");
    }
  }
}
