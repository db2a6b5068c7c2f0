package dev.sluice.cli.lab;

import dev.sluice.cli.Refusal;
import dev.sluice.lab.JavaCommand;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Supervisor;
import dev.sluice.lab.Waiting;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts a {@link ForegroundLab} in a session of its own and shows its progress until it is up. */
final class DetachedLab {
  private static final int SUPERVISOR_HEAP_MEGABYTES = 192;
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private final LabOptions options;
  private final PrintWriter out;
  private final PrintWriter err;
  private volatile boolean settled;

  DetachedLab(LabOptions options, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /** Returns the exit status: 1 when it did not come up or an object was rejected. */
  int up() throws IOException {
    Supervisor.refuseSecond(options.files());
    Path log = emptied(options.files().log("supervisor"));
    Path errors = emptied(options.files().log("supervisor-errors"));
    Process supervisor =
        new ProcessBuilder(command())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> takeBack(supervisor), "lab-down"));
    try {
      return follow(supervisor, log, errors);
    } finally {
      settled = true;
    }
  }

  /** Whoever is interrupted while the lab starts does not want it: half of one must not stay. */
  private void takeBack(Process supervisor) {
    if (!settled) {
      err.println("The lab that was starting is taken down");
      err.flush();
      supervisor.destroy();
      supervisor.onExit().join();
    }
  }

  private int follow(Process supervisor, Path log, Path errors) {
    Follow follow = new Follow(log, out);
    Follow complaints = new Follow(errors, err);
    boolean ended =
        Waiting.until(
                LIMIT,
                () -> {
                  complaints.more();
                  return follow.more() || !supervisor.isAlive();
                })
            && !follow.up;
    follow.more();
    complaints.more();
    if (ended) {
      return 1;
    }
    if (!follow.up) {
      throw new Refusal("The lab is not up after " + LIMIT.toMinutes() + " minutes: see " + log);
    }
    return follow.clean ? 0 : 1;
  }

  private static Path emptied(Path log) throws IOException {
    Files.createDirectories(log.getParent());
    return Files.writeString(log, "");
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(JavaCommand.start(SUPERVISOR_HEAP_MEGABYTES));
    command.addAll(List.of("dev.sluice.cli.Main", "lab", "up"));
    command.addAll(List.of("--data", options.data().toString(), "--nodes", "" + options.nodes()));
    options.manifests().forEach(path -> command.addAll(List.of("-f", path.toString())));
    options.settings().forEach(each -> command.addAll(List.of("--set", each)));
    if (!options.ownBroker()) {
      command.addAll(List.of("--bootstrap-servers", options.bootstrapServers()));
      command.addAll(List.of("--registry", options.registryUrl()));
    }
    return command;
  }

  /** Prints what is new in a file. */
  private static final class Follow {
    private final Path log;
    private final PrintWriter to;
    private int read;
    private boolean up;
    private boolean clean;

    Follow(Path log, PrintWriter to) {
      this.log = log;
      this.to = to;
    }

    /** Whether the lab has said that it is up. */
    boolean more() {
      try {
        String text = Files.readString(log);
        int end = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(Math.min(read, end), end).lines().toList()) {
          to.println(line);
          if (line.contains(ForegroundLab.UP)) {
            up = true;
            clean = !line.contains("said above");
          }
        }
        read = Math.max(read, end);
        to.flush();
        return up;
      } catch (IOException e) {
        return false;
      }
    }
  }
}
