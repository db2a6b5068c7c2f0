package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Processes by number and start time, so that a number used again is never taken for the old. */
public final class ProcessTable {
  /** In /proc/PID/stat after the command's closing parenthesis: state is field 3, start is 22. */
  private static final int START_AFTER_NAME = 19;

  private static final Logger LOG = LoggerFactory.getLogger(ProcessTable.class);

  private ProcessTable() {}

  /** The process that has this number now; empty when there is none or it has ended (zombie). */
  public static Optional<LabState.Pid> find(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      boolean ended = fields[0].equals("Z") || fields[0].equals("X");
      return ended
          ? Optional.empty()
          : Optional.of(new LabState.Pid(pid, Long.parseLong(fields[START_AFTER_NAME])));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  public static boolean alive(LabState.Pid process) {
    return process != null && find(process.pid()).equals(Optional.of(process));
  }

  /** Sends SIGTERM, or SIGKILL, if it still is the same process. */
  static void end(LabState.Pid process, boolean forcibly) {
    if (!alive(process)) {
      return;
    }
    ProcessHandle.of(process.pid())
        .ifPresent(
            handle -> {
              if (forcibly) {
                handle.destroyForcibly();
              } else {
                handle.destroy();
              }
            });
  }

  /**
   * Lets a process run when nothing else wants to: all threads that it has, and what they start.
   * Linux keeps the nice level a thread. One that ends meanwhile does not matter.
   */
  static void yield(LabState.Pid process) {
    if (!alive(process)) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("renice", "-n", "19", "-p"));
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      threads.forEach(thread -> command.add(thread.getFileName().toString()));
      Shell.run(command);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("process {} does not yield to others: {}", process.pid(), e.getMessage());
    }
  }

  /** Ends all of them: asks first, then kills what is still there after {@code grace}. */
  static void endAll(Collection<LabState.Pid> processes, Duration grace) {
    processes.forEach(process -> end(process, false));
    if (!Waiting.until(grace, () -> processes.stream().noneMatch(ProcessTable::alive))) {
      processes.forEach(process -> end(process, true));
      Waiting.until(grace, () -> processes.stream().noneMatch(ProcessTable::alive));
    }
  }
}
