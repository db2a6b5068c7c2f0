package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counts bpf(2) calls of this process that write maps, by the kernel's own trace of system calls:
 * an instance of tracefs with its own buffer.
 */
final class BpfCalls implements AutoCloseable {
  private static final Path TRACING = Path.of("/sys/kernel/tracing");

  /** BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH. */
  private static final String WRITES = "cmd == 2 || cmd == 3 || cmd == 26 || cmd == 27";

  private final Path instance;

  BpfCalls() throws IOException, InterruptedException {
    if (!Files.exists(TRACING.resolve("instances"))) {
      new ProcessBuilder("mount", "-t", "tracefs", "tracefs", TRACING.toString()).start().waitFor();
    }
    instance = TRACING.resolve("instances/slct" + ProcessHandle.current().pid());
    Files.createDirectory(instance);
    write("options/event-fork", "1");
    write("set_event_pid", String.join(" ", threads()));
    write("events/syscalls/sys_enter_bpf/filter", WRITES);
    write("events/syscalls/sys_enter_bpf/enable", "1");
  }

  private static List<String> threads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.map(task -> task.getFileName().toString()).toList();
    }
  }

  /** Calls seen so far, a line each. */
  List<String> seen() throws IOException {
    try (Stream<String> lines = Files.lines(instance.resolve("trace"))) {
      return lines.filter(line -> line.contains("sys_bpf(")).toList();
    }
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(instance.resolve(file), text + "\n");
  }

  @Override
  public void close() throws IOException {
    write("events/syscalls/sys_enter_bpf/enable", "0");
    Files.delete(instance);
  }
}
